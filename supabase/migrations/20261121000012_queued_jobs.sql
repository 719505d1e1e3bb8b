-- Jobs that workers run: what they are asked, who is at them, and the uploads that they transcribe.

alter table public.jobs
  add column settings jsonb not null default '{}' check (jsonb_typeof(settings) = 'object'),
  add column priority text not null default 'normal' check (priority in ('urgent', 'high', 'normal', 'low')),
  add column attempt integer not null default 0,
  add column tries integer not null default 0,
  add column fingerprint text,
  add column error_code text;
comment on column public.jobs.tries is 'Attempts that count: not those that a stopping worker gave back, or that were before a requeueing';
comment on column public.jobs.attempt is 'How often it was begun. Only the newest attempt may write: one before it may still be running';
comment on column public.jobs.fingerprint is 'The same for the same work on the same content, so that it is not done twice for one owner';

create index jobs_of_fingerprint on public.jobs (user_id, fingerprint)
where fingerprint is not null and status in ('pending', 'started', 'success');

-- For a member of the session, in the transaction that needs the job. Returns null for anybody else.
drop function internal.add_job(uuid, text);
create function internal.add_job(session_id uuid, kind text, settings jsonb, priority text) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  added uuid;
begin
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

-- Hands a job to the queue of the workers. Its tables are the library's own, in the schema that its command makes.
create function internal.queue_job(job uuid, later interval default null) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  levels constant jsonb := '{"urgent": 30, "high": 20, "normal": 10, "low": 0}';
  level integer;
begin
  select (levels ->> priority)::integer into level
  from public.jobs
  where id = job and status in ('pending', 'started') and (auth.uid() is null or user_id = auth.uid());
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

-- What workers do, as the service. An attempt that is no longer the newest, or a job that was cancelled, changes nothing.
drop function internal.start_job(uuid);
create function internal.start_job(job uuid)
returns table (
  id uuid, session_id uuid, user_id uuid, kind text, settings jsonb, attempt integer, tries integer
)
language sql volatile security definer set search_path = ''
as $$
  update public.jobs as begun
  set
    status = 'started',
    started_at = coalesce(begun.started_at, now()),
    attempt = begun.attempt + 1,
    tries = begun.tries + 1
  where begun.id = start_job.job and begun.status in ('pending', 'started')
  returning begun.id, begun.session_id, begun.user_id, begun.kind, begun.settings, begun.attempt, begun.tries
$$;

-- The worker stops; that was no try.
create function internal.give_back_job(job uuid, attempt integer) returns void
language sql volatile security definer set search_path = ''
as $$
  update public.jobs as given
  set tries = given.tries - 1
  where given.id = give_back_job.job and given.status = 'started' and given.attempt = give_back_job.attempt
$$;

drop function internal.report_job(uuid, integer, text);
create function internal.report_job(job uuid, attempt integer, progress integer, step text) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  update public.jobs as told
  set progress = report_job.progress, step = report_job.step
  where told.id = report_job.job and told.status = 'started' and told.attempt = report_job.attempt;
  return found;
end
$$;

create function internal.wants_job(job uuid, attempt integer) returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (
    select from public.jobs as wanted
    where wanted.id = wants_job.job and wanted.status = 'started' and wanted.attempt = wants_job.attempt
  )
$$;

drop function internal.finish_job(uuid, jsonb);
create function internal.finish_job(job uuid, attempt integer, result jsonb) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  update public.jobs as done
  set status = 'success', progress = 100, step = 'completed', result = finish_job.result, completed_at = now()
  where done.id = finish_job.job and done.status = 'started' and done.attempt = finish_job.attempt;
  return found;
end
$$;

drop function internal.fail_job(uuid, text);
create function internal.fail_job(job uuid, attempt integer, error text, error_code text) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
  concerned uuid;
begin
  update public.jobs as failed
  set status = 'failed', error = fail_job.error, error_code = fail_job.error_code, completed_at = now()
  where failed.id = fail_job.job and failed.status in ('pending', 'started') and failed.attempt = fail_job.attempt
  returning failed.session_id into concerned;
  perform internal.settle_processing_session(concerned, 'failed');
  return concerned is not null;
end
$$;

-- A session that waited for a job which has ended without a transcript waits for nothing more.
create function internal.settle_processing_session(concerned uuid, becomes text) returns void
language sql volatile set search_path = ''
as $$
  update public.recording_sessions as session
  set
    status = case
      when exists (
        select from public.transcriptions as version where version.session_id = concerned and version.status = 'completed'
      ) then 'completed'
      else becomes
    end,
    ended_at = coalesce(session.ended_at, now())
  where session.id = concerned
    and session.status = 'processing'
    and not exists (
      select from public.jobs as other where other.session_id = concerned and other.status in ('pending', 'started')
    )
$$;

create or replace function internal.cancel_own_job(job uuid) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
  concerned uuid;
begin
  update public.jobs
  set status = 'cancelled', completed_at = now()
  where id = cancel_own_job.job and user_id = auth.uid() and status in ('pending', 'started')
  returning session_id into concerned;
  perform internal.settle_processing_session(concerned, 'cancelled');
  return exists (
    select from public.jobs where id = cancel_own_job.job and user_id = auth.uid() and status = 'cancelled'
  );
end
$$;

-- For whoever runs the service: what has failed for good, newest first, and another chance for one of them.
create function internal.failed_jobs(most integer)
returns table (id uuid, kind text, attempt integer, error_code text, error text, completed_at timestamptz)
language sql stable security definer set search_path = ''
as $$
  select job.id, job.kind, job.attempt, job.error_code, job.error, job.completed_at
  from public.jobs as job
  where job.status = 'failed'
  order by job.completed_at desc
  limit most
$$;
create index jobs_failed on public.jobs (completed_at desc) where status = 'failed';

create function internal.requeue_job(job uuid) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
  concerned uuid;
begin
  update public.jobs as again
  set status = 'pending', progress = 0, step = 'pending', error = null, error_code = null, completed_at = null, tries = 0
  where again.id = requeue_job.job and again.status = 'failed'
  returning again.session_id into concerned;
  if concerned is null then
    return false;
  end if;
  update public.recording_sessions set status = 'processing', ended_at = null where id = concerned and status = 'failed';
  perform internal.queue_job(job);
  return true;
end
$$;

-- Jobs that wait long move up, so that nothing waits for ever behind what is more urgent.
create function internal.age_jobs() returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  aged integer;
begin
  -- The library's triggers find its tables in the path.
  perform set_config('search_path', 'procrastinate, pg_temp', true);
  update procrastinate.procrastinate_jobs set priority = priority + 1
  where status = 'todo' and priority < 1000 and (scheduled_at is null or scheduled_at <= now());
  get diagnostics aged = row_count;
  perform set_config('search_path', '', true);
  -- What nobody will do any more, because a worker that seemed dead has taken its place in the queue away, is queued again.
  perform internal.queue_job(lost.id)
  from public.jobs as lost
  where lost.status in ('pending', 'started')
    and lost.updated_at < now() - interval '1 minute'
    and lost.kind <> 'finalize'
    and not exists (
      select from procrastinate.procrastinate_jobs as queued
      where queued.status in ('todo', 'doing') and queued.args ->> 'job_id' = lost.id::text
    );
  return aged;
end
$$;

-- A recording that somebody has sent: its session, its file and its job come at once or not at all. Null when the
-- object at `path` is not reserved any more.
create function internal.add_upload(
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

-- The owner's newest job for the same work, unless it failed or was cancelled.
create function internal.same_upload(owner uuid, wanted text) returns table (session_id uuid, job_id uuid)
language sql stable security definer set search_path = ''
as $$
  select job.session_id, job.id
  from public.jobs as job
  where job.user_id = owner and job.fingerprint = wanted and job.status in ('pending', 'started', 'success')
  order by job.created_at desc
  limit 1
$$;

-- What a transcription job needs to know of its file.
create function internal.audio_of_job(job uuid)
returns table (
  storage_path text, file_size_bytes bigint, duration_seconds double precision, channels integer, language text
)
language sql stable security definer set search_path = ''
as $$
  select file.storage_path, file.file_size_bytes, file.duration_seconds, file.channels, session.language
  from public.jobs as asked
  join public.recording_sessions as session on session.id = asked.session_id
  join public.audio_files as file
    on file.session_id = asked.session_id
    and file.id = (asked.settings ->> 'audio_file_id')::uuid
    and file.upload_status = 'completed'
  where asked.id = job
$$;

-- A new version of the transcript, the current one from now on, and the end of the job: at once, and only by the attempt
-- that still has the job. Null for any other.
create function internal.store_transcription(
  job uuid, attempt integer, source text, language text, stt_model text, processing_ms integer, segments jsonb,
  duration double precision, result jsonb
) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  concerned uuid;
  owner uuid;
  version uuid;
begin
  select asked.session_id, asked.user_id into concerned, owner
  from public.jobs as asked
  where asked.id = job and asked.status = 'started' and asked.attempt = store_transcription.attempt
  for update;
  if concerned is null then
    return null;
  end if;
  insert into public.transcriptions (session_id, user_id, source, language, stt_model, processing_time_ms, status)
  values (
    concerned, owner, store_transcription.source, store_transcription.language, store_transcription.stt_model,
    processing_ms, 'completed'
  )
  returning id into version;
  insert into public.transcript_segments (
    transcription_id, session_id, segment_id, revision, speaker, spoken_as, text, start_time, end_time, language,
    confidence_score
  )
  select
    version, concerned, heard.segment_id, 0, coalesce(renamed.speaker, heard.speaker), heard.speaker, heard.text,
    heard.start_time, heard.end_time, heard.language, heard.confidence_score
  from jsonb_to_recordset(segments) as heard (
    segment_id text, speaker text, text text, start_time double precision, end_time double precision, language text,
    confidence_score double precision
  )
  left join public.session_speakers as renamed
    on renamed.session_id = concerned and renamed.spoken_as = heard.speaker;
  perform internal.refresh_transcription(version);
  update public.recording_sessions as session
  set
    status = case session.status when 'processing' then 'completed' else session.status end,
    ended_at = coalesce(session.ended_at, now()),
    duration_seconds = coalesce(session.duration_seconds, duration)
  where session.id = concerned and session.status not in ('recording', 'paused');
  perform internal.finish_job(
    job, store_transcription.attempt, result || jsonb_build_object('transcription_id', version, 'session_id', concerned)
  );
  return version;
end
$$;

revoke all on all functions in schema internal from public;
grant execute on function
  internal.add_job(uuid, text, jsonb, text), internal.queue_job(uuid, interval)
to authenticated;
grant execute on function
  internal.queue_job(uuid, interval),
  internal.start_job(uuid),
  internal.give_back_job(uuid, integer),
  internal.report_job(uuid, integer, integer, text),
  internal.wants_job(uuid, integer),
  internal.finish_job(uuid, integer, jsonb),
  internal.fail_job(uuid, integer, text, text),
  internal.failed_jobs(integer),
  internal.requeue_job(uuid),
  internal.age_jobs(),
  internal.add_upload(
    uuid, text, text, text, text, text, bigint, text, double precision, text, text, integer, integer, jsonb, text, text
  ),
  internal.same_upload(uuid, text),
  internal.audio_of_job(uuid),
  internal.store_transcription(
    uuid, integer, text, text, text, integer, jsonb, double precision, jsonb
  )
to intrascribe_api;
