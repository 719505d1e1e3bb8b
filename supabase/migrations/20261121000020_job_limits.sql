-- How much one account may have waiting, one second pass at a time, and what those who follow jobs and uploads ask.

-- Raises where so many jobs of an account are not over that it gets no more. Whoever adds others for it meanwhile waits
-- until this transaction has ended, so that nobody passes the limit by asking at once.
create function internal.take_job_place(account uuid) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  most constant integer := 50;
begin
  perform from public.users where id = account for no key update;
  if (select count(*) from public.jobs where user_id = account and status in ('pending', 'started')) >= most then
    raise exception '% jobs wait already', most using errcode = 'configuration_limit_exceeded';
  end if;
end
$$;

create or replace function internal.add_job(session_id uuid, kind text, settings jsonb, priority text) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  added uuid;
begin
  -- The session before the account, as whoever looks for a job like this one has them.
  perform from public.recording_sessions where id = add_job.session_id for no key update;
  perform internal.take_job_place(auth.uid());
  insert into public.jobs (user_id, session_id, kind, settings, priority)
  select member.user_id, member.session_id, add_job.kind, add_job.settings, add_job.priority
  from public.session_members as member
  where member.session_id = add_job.session_id and member.user_id = auth.uid()
  returning id into added;
  -- A session that nobody met in waits for its transcript.
  if added is not null and add_job.kind = 'transcribe' then
    update public.recording_sessions as session set status = 'processing', ended_at = null
    where session.id = add_job.session_id and session.status in ('created', 'failed', 'cancelled');
  end if;
  return added;
end
$$;

-- Whoever may have a job queued is asked before.
create function internal.put_in_queue(job uuid, later interval) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  levels constant jsonb := '{"urgent": 30, "high": 20, "normal": 10, "low": 0}';
  level integer;
begin
  select (levels ->> priority)::integer into level
  from public.jobs where id = job and status in ('pending', 'started');
  if level is null then
    return;
  end if;
  -- The library's functions find its tables in the path.
  perform set_config('search_path', 'procrastinate, pg_temp', true);
  perform procrastinate.procrastinate_defer_jobs_v1(
    array[row('jobs', 'job', level, null, null, jsonb_build_object('job_id', job), now() + later)]
    ::procrastinate.procrastinate_job_to_defer_v1[]
  );
  perform set_config('search_path', '', true);
end
$$;

create or replace function internal.queue_job(job uuid, later interval default null) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  if auth.uid() is null or exists (select from public.jobs where id = job and user_id = auth.uid()) then
    perform internal.put_in_queue(job, later);
  end if;
end
$$;

-- Has a meeting heard again that the caller is a member of, and returns the job, which is its owner's. Of one session one
-- waits at most: it hears what has been said of microphones until it begins. What comes of it becomes the current version
-- only where the owner wants that.
create function internal.ask_second_pass(session uuid, language text, is_chosen boolean) returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  owner uuid;
  chosen boolean;
  asked uuid;
begin
  select met.user_id, is_chosen and met.user_id = auth.uid() into owner, chosen
  from public.recording_sessions as met
  where met.id = ask_second_pass.session
    and exists (select from public.session_members where session_id = met.id and user_id = auth.uid())
  for no key update;
  if owner is null then
    return null;
  end if;
  -- One that is locked begins or is cancelled at this moment.
  select id into asked
  from public.jobs
  where session_id = ask_second_pass.session and kind = 'second_pass' and status = 'pending'
  order by created_at limit 1
  for update skip locked;
  if asked is not null then
    update public.jobs
    set settings = case
      when chosen then jsonb_build_object('language', ask_second_pass.language, 'is_chosen', true)
      else settings
    end
    where id = asked;
    return asked;
  end if;
  perform internal.take_job_place(owner);
  insert into public.jobs (user_id, session_id, kind, settings)
  values (
    owner, ask_second_pass.session, 'second_pass',
    jsonb_build_object('language', ask_second_pass.language, 'is_chosen', chosen)
  )
  returning id into asked;
  perform internal.put_in_queue(asked, null);
  return asked;
end
$$;

create or replace function internal.add_upload(
  owner uuid, title text, language text, filename text, path text, bucket text, size_bytes bigint, hash text,
  duration double precision, format text, mime text, rate integer, channel_count integer,
  settings jsonb, priority text, fingerprint text
) returns table (session_id uuid, job_id uuid)
language plpgsql security definer set search_path = ''
as $$
declare
  file uuid := gen_random_uuid();
  session uuid;
  job uuid;
begin
  perform internal.take_job_place(owner);
  insert into public.recording_sessions (user_id, title, language, status)
  values (owner, add_upload.title, add_upload.language, 'processing')
  returning id into session;
  insert into public.audio_files (id, session_id, user_id, original_filename, file_size_bytes)
  values (file, session, owner, filename, size_bytes);
  if not internal.complete_audio_file(
    file, path, bucket, size_bytes, hash, duration, add_upload.format, mime, rate, channel_count
  ) then
    raise exception 'the object is not reserved any more' using errcode = 'object_not_in_prerequisite_state';
  end if;
  insert into public.jobs (user_id, session_id, kind, settings, priority, fingerprint)
  values (
    owner, session, 'transcribe', add_upload.settings || jsonb_build_object('audio_file_id', file), add_upload.priority,
    add_upload.fingerprint
  )
  returning id into job;
  perform internal.queue_job(job);
  return query select session, job;
end
$$;

-- What a process tells those who follow jobs, whoever they are: it has asked each of them before.
create function internal.followed_jobs(wanted uuid[])
returns table (
  id uuid, session_id uuid, kind text, status text, progress smallint, step text, result jsonb, error text,
  error_code text, created_at timestamptz, started_at timestamptz, completed_at timestamptz, updated_at timestamptz
)
language sql stable security definer set search_path = ''
as $$
  select
    job.id, job.session_id, job.kind, job.status, job.progress, job.step, job.result, job.error,
    job.error_code, job.created_at, job.started_at, job.completed_at, job.updated_at
  from public.jobs as job
  where job.id = any (wanted)
$$;

drop function internal.audio_upload(uuid);
create function internal.audio_upload(file_id uuid)
returns table (user_id uuid, storage_path text, file_size_bytes bigint)
language sql stable security definer set search_path = ''
as $$
  select file.user_id, file.storage_path, file.file_size_bytes
  from public.audio_files as file
  where file.id = file_id and file.upload_status = 'pending'
$$;

revoke all on all functions in schema internal from public;
grant execute on function internal.ask_second_pass(uuid, text, boolean) to authenticated;
grant execute on function internal.followed_jobs(uuid[]), internal.audio_upload(uuid) to intrascribe_api;
