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

revoke all on all functions in schema internal from public;
grant execute on function internal.sessions_in(uuid[]), internal.recording_sessions() to intrascribe_api;
