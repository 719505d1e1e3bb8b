-- Jobs as their owners see them, what an owner may do with the life of a session, and lists that stay fast.

-- A job's text is written by workers and read by its owner alone; nobody but functions writes it.
create table public.jobs (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.users (id) on delete cascade,
  session_id uuid not null references public.recording_sessions (id) on delete cascade,
  kind text not null check (kind ~ '^[a-z][a-z_]{0,49}$'),
  status text not null default 'pending' check (status in ('pending', 'started', 'success', 'failed', 'cancelled')),
  progress smallint not null default 0 check (progress between 0 and 100),
  step text not null default 'pending' check (step ~ '^[a-z][a-z_]{0,49}$'),
  result jsonb check (jsonb_typeof(result) = 'object'),
  error text,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  completed_at timestamptz,
  updated_at timestamptz not null default now(),
  check ((status = 'success') = (result is not null)),
  check ((status = 'failed') = (error is not null)),
  check ((status in ('success', 'failed', 'cancelled')) = (completed_at is not null))
);
comment on column public.jobs.progress is 'Percent';

create index jobs_of_session on public.jobs (session_id);
create index jobs_of_user on public.jobs (user_id, created_at desc);
-- Finalizing again is the same job, so that clients may do it as often as they lose their connection.
create unique index jobs_one_finalization on public.jobs (session_id, user_id) where kind = 'finalize';

create trigger touch_updated_at before update on public.jobs
  for each row execute function internal.touch_updated_at();

alter table public.jobs enable row level security;
revoke all on public.jobs from public, anon, authenticated, service_role;
grant select on public.jobs to authenticated;
grant all on public.jobs to service_role;
create policy jobs_read_own on public.jobs for select to authenticated using (user_id = (select auth.uid()));

-- For a member of the session, in the transaction that needs the job. Returns null for anybody else.
create function internal.add_job(session_id uuid, kind text) returns uuid
language sql volatile security definer set search_path = ''
as $$
  insert into public.jobs (user_id, session_id, kind)
  select member.user_id, member.session_id, add_job.kind
  from public.session_members as member
  where member.session_id = add_job.session_id and member.user_id = auth.uid()
  returning id
$$;

-- Returns whether it is cancelled now: a job that has ended otherwise stays as it is.
create function internal.cancel_own_job(job uuid) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  update public.jobs
  set status = 'cancelled', completed_at = now()
  where id = cancel_own_job.job and user_id = auth.uid() and status in ('pending', 'started');
  return exists (
    select from public.jobs where id = cancel_own_job.job and user_id = auth.uid() and status = 'cancelled'
  );
end
$$;

-- A finalization is over when it is written down. Returns null for anybody but a member.
create function internal.record_finalization(session_id uuid, result jsonb) returns uuid
language sql volatile security definer set search_path = ''
as $$
  insert into public.jobs as job (
    user_id, session_id, kind, status, progress, step, result, started_at, completed_at
  )
  select
    member.user_id, member.session_id, 'finalize', 'success', 100, 'completed', record_finalization.result, now(), now()
  from public.session_members as member
  where member.session_id = record_finalization.session_id and member.user_id = auth.uid()
  on conflict (session_id, user_id) where kind = 'finalize' do update
  set result = excluded.result, completed_at = excluded.completed_at
  returning job.id
$$;

-- What workers do, as the service. Each returns whether the job still wants to be worked on: a cancelled one does not.
create function internal.start_job(job uuid) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  update public.jobs
  set status = 'started', started_at = coalesce(started_at, now())
  where id = start_job.job and status in ('pending', 'started');
  return found;
end
$$;

create function internal.report_job(job uuid, progress integer, step text) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  update public.jobs as told
  set progress = report_job.progress, step = report_job.step
  where told.id = report_job.job and told.status = 'started';
  return found;
end
$$;

create function internal.finish_job(job uuid, result jsonb) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  update public.jobs as done
  set status = 'success', progress = 100, step = 'completed', result = finish_job.result, completed_at = now()
  where done.id = finish_job.job and done.status = 'started';
  return found;
end
$$;

create function internal.fail_job(job uuid, error text) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  update public.jobs as failed
  set status = 'failed', error = fail_job.error, completed_at = now()
  where failed.id = fail_job.job and failed.status in ('pending', 'started');
  return found;
end
$$;

-- An owner changes the state of a session, if it is still in the state that the decision was about. The session's
-- clock is not touched: only presence starts it.
create function internal.change_own_session(session_id uuid, was text, becomes text) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
  over constant boolean := change_own_session.becomes in ('completed', 'cancelled', 'archived');
  changed boolean;
begin
  update public.recording_sessions as session
  set
    status = change_own_session.becomes,
    ended_at = case when over then coalesce(session.ended_at, now()) end,
    duration_seconds = case
      when over then coalesce(session.duration_seconds, greatest(0, extract(epoch from now() - session.started_at)))
    end
  where session.id = change_own_session.session_id
    and session.user_id = auth.uid()
    and session.status = change_own_session.was;
  changed := found;
  if changed and over then
    perform internal.settle_live_transcription(change_own_session.session_id);
  end if;
  return changed;
end
$$;

-- As the account itself: whether this template is there for it. Templates come with a later migration; before it there are
-- none.
create function internal.may_use_template(template uuid) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
  if to_regclass('public.summary_templates') is null then
    return false;
  end if;
  return exists (select from public.summary_templates where id = may_use_template.template and is_active);
end
$$;

-- A paused session ends with its room as one that records does.
drop index public.recording_sessions_recording;
create index recording_sessions_live on public.recording_sessions (id) where status in ('recording', 'paused');
create or replace function internal.recording_sessions()
returns table (id uuid, status text, language text, started_at timestamptz)
language sql stable security definer set search_path = ''
as $$
  select session.id, session.status, session.language, session.started_at
  from public.recording_sessions as session
  where session.status in ('recording', 'paused')
$$;

grant update (template_id) on public.recording_sessions to authenticated;

-- Lists are read in the order of these indexes, from where the page before ended.
drop index public.recording_sessions_of_user;
create index recording_sessions_by_creation on public.recording_sessions (user_id, created_at desc, id desc);
create index recording_sessions_by_change on public.recording_sessions (user_id, updated_at desc, id desc);
-- Sessions of others are few beside one's own; the index names them alone.
create index session_members_participating on public.session_members (user_id) where role = 'participant';

-- Whether one may see a row is asked of that row alone: who has ten thousand sessions must not pay for all of them to read
-- one. One's own memberships come before those of others in the same sessions, so that nothing asks for itself.
alter policy members_read_as_member on public.session_members
  using (user_id = (select auth.uid()) or session_id in (select internal.my_sessions()));
alter policy sessions_read_as_member on public.recording_sessions
  using (
    user_id = (select auth.uid())
    or exists (
      select from public.session_members as member
      where member.session_id = recording_sessions.id and member.user_id = (select auth.uid())
    )
  );

revoke all on all functions in schema internal from public;
grant execute on function
  internal.add_job(uuid, text),
  internal.cancel_own_job(uuid),
  internal.record_finalization(uuid, jsonb),
  internal.change_own_session(uuid, text, text),
  internal.may_use_template(uuid),
  internal.count_words(text)
to authenticated;
grant execute on function
  internal.start_job(uuid),
  internal.report_job(uuid, integer, text),
  internal.finish_job(uuid, jsonb),
  internal.fail_job(uuid, text)
to intrascribe_api;
