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

-- As before, and words that come late to a transcript which has been heard again are not left beside what was heard.
create or replace function internal.store_captions(captions jsonb) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  stored integer;
  extended uuid[];
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

  with stored_now as (
    insert into public.transcript_segments as kept (
      transcription_id, session_id, segment_id, revision, participant_identity, speaker, spoken_as, track_sid,
      text, start_time, end_time, language, confidence_score
    )
    select distinct on (caption.session_id, caption.segment_id)
      live.id, caption.session_id, caption.segment_id, caption.revision, caption.participant_identity,
      coalesce(renamed.speaker, caption.participant_name), caption.participant_name, caption.track_sid, caption.text,
      caption.start, caption."end", caption.language, caption.confidence
    from jsonb_to_recordset(captions) as caption (
      session_id uuid, segment_id text, revision integer, final boolean, text text, start double precision,
      "end" double precision, language text, confidence double precision, participant_identity text,
      participant_name text, track_sid text
    )
    join public.transcriptions as live on live.session_id = caption.session_id and live.source = 'live'
    left join public.session_speakers as renamed
      on renamed.session_id = caption.session_id and renamed.spoken_as = caption.participant_name
    where caption.final
    order by caption.session_id, caption.segment_id, caption.revision desc
    on conflict (transcription_id, segment_id) do update
    set
      revision = excluded.revision,
      speaker = excluded.speaker,
      spoken_as = excluded.spoken_as,
      text = excluded.text,
      start_time = excluded.start_time,
      end_time = excluded.end_time,
      language = excluded.language,
      confidence_score = excluded.confidence_score
    where kept.revision < excluded.revision
    -- A row that was only inserted has been locked by nobody.
    returning kept.session_id, kept.xmax = 0 and kept.text <> '' as is_new
  )
  select count(*), array_agg(distinct session_id) filter (where is_new) into stored, extended from stored_now;

  -- Captions may arrive after the end of their session.
  perform internal.settle_live_transcription(id)
  from public.recording_sessions
  where stored > 0 and status = 'completed' and id in (
    select session_id from jsonb_to_recordset(captions) as caption (session_id uuid)
  );
  perform internal.hear_late_words(session_id) from unnest(extended) as late (session_id);
  return stored;
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
