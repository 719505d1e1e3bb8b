-- Recordings of meetings: whether there is one, the chunks that agents leave in storage, and the files made of them.

alter table public.recording_sessions add column record boolean not null default true;
comment on column public.recording_sessions.record is 'Whether the audio of its meetings is kept; captions are kept either way';
grant insert (record), update (record) on public.recording_sessions to authenticated;

alter table public.audio_files
  add column kind text not null default 'upload' check (kind in ('upload', 'mix', 'participant')),
  add column participant_identity text,
  add column participant_name text,
  add check ((kind = 'participant') = (participant_identity is not null));
comment on column public.audio_files.kind is
  'Mixes and files of participants are made of a meeting; they begin with its session''s clock';
create unique index audio_files_one_mix on public.audio_files (session_id) where kind = 'mix';
create unique index audio_files_one_of_participant on public.audio_files (session_id, participant_identity)
where kind = 'participant';

-- The chunks of a session go with it. A key that ends with a slash stands for everything below it, and is looked at again
-- after an agent that had not heard of it must have.
create function internal.release_chunks() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into internal.deleted_objects as known (storage_path, due_at, again_at)
  values ('recordings/' || old.id || '/', now(), now() + interval '2 hours')
  on conflict (storage_path) do update set due_at = excluded.due_at, again_at = excluded.again_at;
  return null;
end
$$;
create trigger release_chunks after delete on public.recording_sessions
  for each row when (old.started_at is not null) execute function internal.release_chunks();

-- A meeting that is over has its recording joined.
create function internal.join_recording() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  job uuid;
begin
  if to_regnamespace('procrastinate') is null then
    return null;
  end if;
  insert into public.jobs (user_id, session_id, kind, priority)
  values (new.user_id, new.id, 'join_recording', 'normal')
  returning id into job;
  -- The last chunks are on their way for a moment.
  perform internal.queue_job(job, interval '5 seconds');
  return null;
end
$$;
create trigger join_recording after update of status on public.recording_sessions
  for each row when (
    new.status = 'completed' and old.status in ('recording', 'paused') and new.started_at is not null
  ) execute function internal.join_recording();

-- Who was heard in a session, as the transcript names them.
create function internal.voices_of_job(job uuid)
returns table (participant_identity text, participant_name text)
language sql stable security definer set search_path = ''
as $$
  select distinct on (segment.participant_identity) segment.participant_identity, segment.speaker
  from public.jobs as asked
  join public.transcript_segments as segment on segment.session_id = asked.session_id
  where asked.id = job and segment.participant_identity is not null
  order by segment.participant_identity, segment.start_time desc
$$;

-- The files of a meeting instead of those that were made before, and the end of the job: at once, and only by the attempt
-- that still has the job.
create function internal.store_recording(job uuid, attempt integer, files jsonb, result jsonb) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
  concerned uuid;
  owner uuid;
begin
  select asked.session_id, session.user_id into concerned, owner
  from public.jobs as asked
  join public.recording_sessions as session on session.id = asked.session_id
  where asked.id = job and asked.status = 'started' and asked.attempt = store_recording.attempt
  for update of asked;
  if concerned is null then
    return false;
  end if;
  delete from public.audio_files where session_id = concerned and kind <> 'upload';
  insert into public.audio_files (
    id, session_id, user_id, original_filename, file_size_bytes, kind, participant_identity, participant_name
  )
  select file.id, concerned, owner, file.filename, file.size, file.kind, file.participant_identity, file.participant_name
  from jsonb_to_recordset(files) as file (
    id uuid, filename text, size bigint, kind text, participant_identity text, participant_name text
  );
  if not (
    select bool_and(
      internal.complete_audio_file(
        file.id, file.path, file.bucket, file.size, file.hash, file.duration, file.format, file.mime, file.rate, 1
      )
    )
    from jsonb_to_recordset(files) as file (
      id uuid, path text, bucket text, size bigint, hash text, duration double precision, format text, mime text,
      rate integer
    )
  ) then
    raise exception 'an object is not reserved any more' using errcode = 'object_not_in_prerequisite_state';
  end if;
  return internal.finish_job(job, store_recording.attempt, result);
end
$$;

revoke all on all functions in schema internal from public;
grant execute on function
  internal.voices_of_job(uuid), internal.store_recording(uuid, integer, jsonb, jsonb)
to intrascribe_api;
