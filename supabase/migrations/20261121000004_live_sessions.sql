-- What the API does as the service, for no user: the life of a session and the storing of captions.

-- Words in scripts without spaces are counted by character.
create function internal.count_words(content text) returns integer
language sql immutable set search_path = ''
as $$
  select regexp_count(
    content, '[\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\s\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uff0f]+'
  )
$$;

create function internal.settle_live_transcription(settled_session uuid) returns void
language sql volatile set search_path = ''
as $$
  update public.transcriptions
  set
    content = whole.content,
    word_count = internal.count_words(whole.content),
    confidence_score = whole.confidence,
    status = 'completed'
  from (
    select
      coalesce(string_agg(text, E'\n' order by start_time, segment_id), '') as content,
      avg(confidence_score) as confidence
    from public.transcript_segments
    where transcription_id = (
      select id from public.transcriptions where session_id = settled_session and source = 'live'
    )
  ) as whole
  where session_id = settled_session and source = 'live'
$$;

-- Takes an array of captions as they lie in Redis and keeps the finals. Doing it again, or in another order, changes
-- nothing: of two versions of a segment the higher revision stays. Captions of sessions that are gone are passed over.
create function internal.store_captions(captions jsonb) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  stored integer;
begin
  insert into public.transcriptions (session_id, user_id, source, language, stt_model)
  select id, user_id, 'live', language, stt_model
  from public.recording_sessions
  where id in (
    select session_id from jsonb_to_recordset(captions) as caption (session_id uuid, final boolean) where final
  )
  order by id
  for key share
  on conflict (session_id) where source = 'live' do nothing;

  insert into public.transcript_segments as kept (
    transcription_id, session_id, segment_id, revision, participant_identity, speaker, track_sid,
    text, start_time, end_time, language, confidence_score
  )
  select distinct on (caption.session_id, caption.segment_id)
    live.id, caption.session_id, caption.segment_id, caption.revision, caption.participant_identity,
    caption.participant_name, caption.track_sid, caption.text, caption.start, caption."end", caption.language,
    caption.confidence
  from jsonb_to_recordset(captions) as caption (
    session_id uuid, segment_id text, revision integer, final boolean, text text, start double precision,
    "end" double precision, language text, confidence double precision, participant_identity text,
    participant_name text, track_sid text
  )
  join public.transcriptions as live on live.session_id = caption.session_id and live.source = 'live'
  where caption.final
  order by caption.session_id, caption.segment_id, caption.revision desc
  on conflict (transcription_id, segment_id) do update
  set
    revision = excluded.revision,
    speaker = excluded.speaker,
    text = excluded.text,
    start_time = excluded.start_time,
    end_time = excluded.end_time,
    language = excluded.language,
    confidence_score = excluded.confidence_score
  where kept.revision < excluded.revision;
  get diagnostics stored = row_count;

  -- Captions may arrive after the end of their session.
  perform internal.settle_live_transcription(id)
  from public.recording_sessions
  where stored > 0 and status = 'completed' and id in (
    select session_id from jsonb_to_recordset(captions) as caption (session_id uuid)
  );
  return stored;
end
$$;

-- A person is in the room: the session's clock starts, once, and the session records (again).
create function internal.open_session(session_id uuid, at timestamptz)
returns table (started_at timestamptz, language text)
language plpgsql security definer set search_path = ''
as $$
begin
  update public.recording_sessions as session
  set
    started_at = coalesce(session.started_at, open_session.at),
    status = 'recording',
    ended_at = null,
    duration_seconds = null
  where session.id = open_session.session_id
    and session.status not in ('cancelled', 'archived')
    and (session.started_at is null or session.status <> 'recording');
  return query
    select session.started_at, session.language
    from public.recording_sessions as session
    where session.id = open_session.session_id and session.started_at is not null;
end
$$;

-- Returns whether the status changed.
create function internal.set_session_status(session_id uuid, status text, at timestamptz) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
  changed boolean;
begin
  update public.recording_sessions as session
  set
    status = set_session_status.status,
    ended_at = case set_session_status.status
      when 'completed' then set_session_status.at
      when 'recording' then null
      else session.ended_at
    end,
    duration_seconds = case set_session_status.status
      when 'completed' then greatest(0, extract(epoch from set_session_status.at - session.started_at))
      when 'recording' then null
      else session.duration_seconds
    end
  where session.id = set_session_status.session_id
    and session.status <> set_session_status.status
    and session.status not in ('cancelled', 'archived');
  changed := found;
  if changed and set_session_status.status = 'completed' then
    perform internal.settle_live_transcription(set_session_status.session_id);
  end if;
  return changed;
end
$$;

create function internal.sessions_in(ids uuid[])
returns table (id uuid, status text, language text, started_at timestamptz)
language sql stable security definer set search_path = ''
as $$
  select session.id, session.status, session.language, session.started_at
  from public.recording_sessions as session
  where session.id = any (ids)
$$;

revoke all on all functions in schema internal from public;
grant execute on function
  internal.store_captions(jsonb),
  internal.open_session(uuid, timestamptz),
  internal.set_session_status(uuid, text, timestamptz),
  internal.sessions_in(uuid[])
to intrascribe_api;
