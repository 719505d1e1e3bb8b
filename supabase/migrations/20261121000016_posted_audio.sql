-- Audio that programs post over HTTP is recorded, and joined when the session is over, like that of a room.

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
    new.status = 'completed' and old.status in ('created', 'recording', 'paused') and new.started_at is not null
  ) execute function internal.join_recording();

revoke all on all functions in schema internal from public;
grant execute on function internal.take_audio(uuid) to intrascribe_api;
