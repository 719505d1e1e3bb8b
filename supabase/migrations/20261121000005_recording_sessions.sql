-- What presence has to end when the room of a session is gone, also after nobody watched for a while.

create index recording_sessions_recording on public.recording_sessions (id) where status = 'recording';

create function internal.recording_sessions()
returns table (id uuid, status text, language text, started_at timestamptz)
language sql stable security definer set search_path = ''
as $$
  select session.id, session.status, session.language, session.started_at
  from public.recording_sessions as session
  where session.status = 'recording'
$$;

revoke all on all functions in schema internal from public;
grant execute on function internal.recording_sessions() to intrascribe_api;
