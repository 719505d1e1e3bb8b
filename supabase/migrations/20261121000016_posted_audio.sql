-- Audio that programs post over HTTP is recorded, and joined when the session is over, like that of a room. However a session
-- ends, what was recorded of it is joined.

-- Returns whether the session is recorded, and marks that it has audio. Zero of its clock stays where it was for those
-- who posted before.
create function internal.take_audio(session_id uuid) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  update public.recording_sessions as session
  set started_at = session.created_at
  where session.id = take_audio.session_id and session.record and session.started_at is null;
  return exists (
    select from public.recording_sessions as session where session.id = take_audio.session_id and session.record
  );
end
$$;

drop trigger join_recording on public.recording_sessions;
create trigger join_recording after update of status on public.recording_sessions
  for each row when (
    new.status in ('completed', 'archived', 'cancelled') and old.status in ('created', 'recording', 'paused')
    and new.started_at is not null
  ) execute function internal.join_recording();

-- Joins the recording of a meeting that is over once more, because chunks have come late.
create or replace function internal.join_late_recording(session uuid) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  added uuid;
begin
  insert into public.jobs (user_id, session_id, kind, priority)
  select late.user_id, late.id, 'join_recording', 'normal'
  from public.recording_sessions as late
  where late.id = join_late_recording.session
    and late.status in ('completed', 'archived', 'cancelled')
    and not exists (
      select from public.jobs as waiting
      where waiting.session_id = late.id and waiting.kind = 'join_recording' and waiting.status = 'pending'
    )
  returning id into added;
  -- Where one chunk is late, more are.
  perform internal.queue_job(added, interval '5 seconds');
  return added;
end
$$;

revoke all on all functions in schema internal from public;
grant execute on function internal.take_audio(uuid) to intrascribe_api;
