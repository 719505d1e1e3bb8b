-- What recordings promise: nothing is kept of whom nobody asked for it, and nothing is written twice.

-- As before, and whether what is said there is kept as audio: rooms and agents are told.
drop function internal.sessions_in(uuid[]);
create function internal.sessions_in(ids uuid[])
returns table (id uuid, status text, language text, started_at timestamptz, record boolean)
language sql stable security definer set search_path = ''
as $$
  select session.id, session.status, session.language, session.started_at, session.record
  from public.recording_sessions as session
  where session.id = any (ids)
$$;

drop function internal.recording_sessions();
create function internal.recording_sessions()
returns table (id uuid, status text, language text, started_at timestamptz, record boolean)
language sql stable security definer set search_path = ''
as $$
  select session.id, session.status, session.language, session.started_at, session.record
  from public.recording_sessions as session
  where session.status in ('recording', 'paused')
$$;

-- Words of a meeting that is over came when it had been heard again, or while it was: they are in the transcript twice, as they
-- were captioned and as they were heard. Heard once more they are matched. What waits to be done finds them anyway.
create function internal.hear_late_words(extended uuid) returns void
language plpgsql volatile set search_path = ''
as $$
declare
  added uuid;
begin
  if to_regnamespace('procrastinate') is null then
    return;
  end if;
  insert into public.jobs (user_id, session_id, kind, priority, settings)
  select session.user_id, session.id, 'second_pass', 'low', jsonb_build_object('language', session.language)
  from public.recording_sessions as session
  where session.id = extended
    and session.status in ('completed', 'archived')
    and (
      exists (
        select from public.transcriptions as live
        where live.session_id = session.id and live.source = 'live' and live.second_pass_at is not null
      )
      or exists (
        select from public.jobs as begun
        where begun.session_id = session.id and begun.kind = 'second_pass' and begun.status = 'started'
      )
    )
    and not exists (
      select from public.jobs as waiting
      where waiting.session_id = session.id and waiting.kind = 'second_pass' and waiting.status = 'pending'
    )
  returning id into added;
  -- Where some words are late, more are.
  perform internal.queue_job(added, interval '5 seconds');
end
$$;

-- As before, but what got no speakers, because they could not be found at the time, is done again, and so is that whose
-- recording has been deleted. Whoever asks for the same at the same time waits until this transaction has ended.
create or replace function internal.same_upload(owner uuid, wanted text) returns table (session_id uuid, job_id uuid)
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform pg_advisory_xact_lock(hashtextextended(owner || wanted, 0));
  return query
    select job.session_id, job.id
    from public.jobs as job
    join public.audio_files as file
      on file.session_id = job.session_id and file.id = (job.settings ->> 'audio_file_id')::uuid
    where job.user_id = owner
      and job.fingerprint = wanted
      and job.status in ('pending', 'started', 'success')
      and job.result ->> 'diarization' is distinct from 'failed'
    order by job.created_at desc
    limit 1;
end
$$;

-- Says of a job of the caller's own what work it is, once.
create function internal.mark_job(job uuid, fingerprint text) returns void
language sql volatile security definer set search_path = ''
as $$
  update public.jobs as marked
  set fingerprint = mark_job.fingerprint
  where marked.id = mark_job.job and marked.user_id = auth.uid() and marked.fingerprint is null
$$;

-- Files of a meeting name those who were recorded as the second pass does.
drop function internal.voices_of_job(uuid);

revoke all on all functions in schema internal from public;
grant execute on function internal.mark_job(uuid, text) to authenticated;
grant execute on function internal.sessions_in(uuid[]), internal.recording_sessions() to intrascribe_api;
