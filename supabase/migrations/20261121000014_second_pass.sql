-- The second pass: a meeting is heard again from its recording, and what was captioned live is corrected in place.

-- The live transcript goes on being the session's, with the ids that people have seen. How it was before is kept as a version.
alter table public.transcriptions
  drop constraint transcriptions_source_check,
  add constraint transcriptions_source_check
  check (source in ('live', 'first_pass', 'upload', 'retranscription', 'import')),
  add column second_pass_at timestamptz;
comment on column public.transcriptions.second_pass_at is 'When a live transcript was last corrected from the recording';
comment on table public.segment_revisions is
  'What segments were before people or a second pass changed them; what they are now is in transcript_segments';

alter table public.session_members add column shared_microphone boolean not null default false;
comment on column public.session_members.shared_microphone is
  'Whether several people speak into this member''s microphone; a second pass tells them apart';

-- For the member, and for the owner. Returns whether there is such a member.
create function internal.share_microphone(session uuid, member uuid, shared boolean) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  update public.session_members as marked
  set shared_microphone = shared
  where marked.session_id = session
    and marked.user_id = member
    and exists (
      select from public.session_members as mine
      where mine.session_id = session and mine.user_id = auth.uid() and (mine.user_id = member or mine.role = 'owner')
    );
  return found;
end
$$;

-- After the recording of a meeting has been joined, as the service; once, however often it is joined meanwhile.
create function internal.add_second_pass(joined uuid) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  added uuid;
begin
  insert into public.jobs (user_id, session_id, kind, priority, settings)
  select session.user_id, session.id, 'second_pass', 'low', jsonb_build_object('language', session.language)
  from public.jobs as done
  join public.recording_sessions as session on session.id = done.session_id
  where done.id = joined
    and not exists (
      select from public.jobs as waiting
      where waiting.session_id = session.id and waiting.kind = 'second_pass' and waiting.status = 'pending'
    )
  returning id into added;
  perform internal.queue_job(added);
  return added;
end
$$;

-- Joins the recording of a meeting that is over once more, because chunks have come late.
create function internal.join_late_recording(session uuid) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  added uuid;
begin
  insert into public.jobs (user_id, session_id, kind, priority)
  select late.user_id, late.id, 'join_recording', 'normal'
  from public.recording_sessions as late
  where late.id = join_late_recording.session
    and late.status = 'completed'
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

-- Who was recorded: as recognition calls them, as people call them now, and whether several speak into one microphone.
create function internal.recorded_people(job uuid, identities text[])
returns table (participant_identity text, account text, spoken_as text, speaker text, shared_microphone boolean)
language sql stable security definer set search_path = ''
as $$
  select
    given.identity,
    coalesce(member.user_id::text, given.identity),
    named.spoken_as,
    coalesce(renamed.speaker, named.spoken_as),
    coalesce(member.shared_microphone, false)
  from public.jobs as asked
  cross join unnest(identities) as given (identity)
  -- The API names the participants of a room after their accounts.
  left join public.session_members as member
    on member.session_id = asked.session_id
    and member.user_id::text = substring(given.identity from '^intrascribe_user_([0-9a-f-]{36})_')
  left join public.users as account on account.id = member.user_id
  left join lateral (
    select heard.spoken_as
    from public.transcript_segments as heard
    where heard.session_id = asked.session_id and heard.participant_identity = given.identity
    order by heard.start_time desc
    limit 1
  ) as heard on true
  cross join lateral (
    select coalesce(
      -- Who was told apart before keeps the microphone's name.
      regexp_replace(heard.spoken_as, ' - Speaker \d+$', ''), account.full_name, account.username, given.identity
    ) as spoken_as
  ) as named
  left join public.session_speakers as renamed
    on renamed.session_id = asked.session_id and renamed.spoken_as = named.spoken_as
  where asked.id = job
$$;

-- The live transcript as it is, held until the end of the transaction. Nothing for an attempt that has lost its job.
create function internal.hold_live_transcript(job uuid, attempt integer)
returns table (
  segment_id text, participant_identity text, start_time double precision, end_time double precision, edited boolean,
  text text
)
language plpgsql volatile security definer set search_path = ''
as $$
declare
  concerned uuid;
begin
  select asked.session_id into concerned
  from public.jobs as asked
  where asked.id = job and asked.status = 'started' and asked.attempt = hold_live_transcript.attempt
  for update;
  perform from public.recording_sessions where id = concerned for no key update;
  return query
    select
      held.segment_id, held.participant_identity, held.start_time, held.end_time, held.revision > 1000000, held.text
    from public.transcript_segments as held
    join public.transcriptions as live on live.id = held.transcription_id and live.source = 'live'
    where live.session_id = concerned
      -- What people have emptied stays empty.
      and (held.text <> '' or held.revision > 1000000)
    for update of held;
end
$$;

-- A version like another one, which nobody has chosen.
create function internal.keep_first_pass(live uuid) returns void
language plpgsql volatile set search_path = ''
as $$
declare
  kept uuid;
begin
  insert into public.transcriptions (
    session_id, user_id, source, content, language, confidence_score, processing_time_ms, stt_model, status, word_count,
    chosen_at
  )
  select
    session_id, user_id, 'first_pass', content, language, confidence_score, processing_time_ms, stt_model, 'completed',
    word_count, chosen_at - interval '1 microsecond'
  from public.transcriptions
  where id = live and content <> ''
  returning id into kept;
  insert into public.transcript_segments (
    transcription_id, session_id, segment_id, revision, participant_identity, speaker, spoken_as, track_sid, text,
    start_time, end_time, language, confidence_score, edited_by, edited_at, created_at
  )
  select
    kept, session_id, segment_id, revision, participant_identity, speaker, spoken_as, track_sid, text,
    start_time, end_time, language, confidence_score, edited_by, edited_at, created_at
  from public.transcript_segments
  where transcription_id = live and kept is not null;
end
$$;

-- Corrects the live transcript and finishes the job, at once, and only for the attempt that still has the job. `segments`
-- are there from now on; those in `withdrawn` have no words any more. What people wrote is not touched. Returns the
-- transcript, and null for any other attempt.
create function internal.store_second_pass(
  job uuid, attempt integer, language text, processing_ms integer, segments jsonb, withdrawn text[], is_chosen boolean,
  result jsonb
) returns uuid
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  concerned uuid;
  live uuid;
begin
  select asked.session_id into concerned
  from public.jobs as asked
  where asked.id = store_second_pass.job and asked.status = 'started' and asked.attempt = store_second_pass.attempt
  for update;
  if concerned is null then
    return null;
  end if;
  insert into public.transcriptions (session_id, user_id, source, language, stt_model, status)
  select id, user_id, 'live', coalesce(store_second_pass.language, language), stt_model, 'completed'
  from public.recording_sessions where id = concerned
  on conflict (session_id) where source = 'live' do nothing;
  select id into live from public.transcriptions where session_id = concerned and source = 'live';
  perform internal.settle_live_transcription(concerned);
  perform internal.keep_first_pass(live);

  with heard as (
    select * from jsonb_to_recordset(segments) as heard (
      segment_id text, participant_identity text, spoken_as text, speaker text, text text, start_time double precision,
      end_time double precision, language text, confidence_score double precision
    )
    union all
    select segment_id, participant_identity, spoken_as, speaker, '', start_time, end_time, language, confidence_score
    from public.transcript_segments
    where transcription_id = live and segment_id = any (withdrawn)
  ),
  changed as (
    select known.*
    from public.transcript_segments as known
    join heard on heard.segment_id = known.segment_id
    where known.transcription_id = live
      and known.revision <= 1000000
      and (heard.text, heard.start_time, heard.end_time) is distinct from (known.text, known.start_time, known.end_time)
  ),
  remembered as (
    insert into public.segment_revisions (
      segment, revision, session_id, speaker, text, start_time, end_time, made_by, made_at
    )
    select id, revision, session_id, speaker, text, start_time, end_time, null, updated_at from changed
    on conflict do nothing
  )
  insert into public.transcript_segments as known (
    transcription_id, session_id, segment_id, revision, participant_identity, speaker, spoken_as, text, start_time,
    end_time, language, confidence_score
  )
  select
    live, concerned, heard.segment_id, 0, heard.participant_identity, coalesce(renamed.speaker, heard.speaker),
    heard.spoken_as, heard.text, heard.start_time, heard.end_time, heard.language, heard.confidence_score
  from heard
  left join public.session_speakers as renamed
    on renamed.session_id = concerned and renamed.spoken_as = heard.spoken_as
  on conflict (transcription_id, segment_id) do update
  set
    revision = known.revision + 1,
    speaker = excluded.speaker,
    spoken_as = excluded.spoken_as,
    text = excluded.text,
    start_time = excluded.start_time,
    end_time = excluded.end_time,
    language = excluded.language,
    confidence_score = excluded.confidence_score
  where known.revision <= 1000000
    and (known.text, known.speaker, known.spoken_as, known.start_time, known.end_time) is distinct from
      (excluded.text, excluded.speaker, excluded.spoken_as, excluded.start_time, excluded.end_time);

  perform internal.refresh_transcription(live);
  update public.transcriptions
  set
    second_pass_at = now(),
    processing_time_ms = processing_ms,
    chosen_at = case when is_chosen then clock_timestamp() else chosen_at end
  where id = live;
  perform internal.finish_job(
    store_second_pass.job, store_second_pass.attempt,
    result || jsonb_build_object('transcription_id', live, 'session_id', concerned) || (
      select jsonb_build_object(
        'total_segments', count(*),
        'speaker_count', count(distinct speaker),
        'content_preview', left(coalesce(string_agg(text, E'\n' order by start_time, segment_id), ''), 200)
      )
      from public.transcript_segments
      where transcription_id = live and text <> ''
    )
  );
  return live;
end
$$;

-- The one of several versions that a session's owner wants. Returns whether it can be: only what is complete.
create function internal.choose_transcription(wanted uuid) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  update public.transcriptions as version
  set chosen_at = clock_timestamp()
  where version.id = wanted
    and version.status = 'completed'
    and exists (
      select from public.recording_sessions where id = version.session_id and user_id = auth.uid()
    );
  return found;
end
$$;

revoke all on all functions in schema internal from public;
grant execute on function
  internal.share_microphone(uuid, uuid, boolean), internal.choose_transcription(uuid)
to authenticated;
grant execute on function
  internal.add_second_pass(uuid),
  internal.join_late_recording(uuid),
  internal.recorded_people(uuid, text[]),
  internal.hold_live_transcript(uuid, integer),
  internal.store_second_pass(uuid, integer, text, integer, jsonb, text[], boolean, jsonb)
to intrascribe_api;
