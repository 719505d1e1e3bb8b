-- Automatic minutes follow their transcript: words that come or are corrected after these were read are in the next version.

alter table public.jobs add column heard text;
comment on column public.jobs.heard is
  'Of a job that makes minutes: the transcript that it began with and a digest of what was recognised in it';

-- What people have written into a transcript is not looked at: minutes show that by themselves, line by line.
create function internal.heard_in(concerned uuid) returns text
language sql stable set search_path = ''
as $$
  select coalesce(version.id::text, '') || ' ' || coalesce(
    (
      select md5(string_agg(said.segment_id || ' ' || coalesce(recognised.revision, said.revision), ',' order by said.segment_id))
      from public.transcript_segments as said
      left join lateral (
        select max(before.revision) as revision
        from public.segment_revisions as before
        where before.segment = said.id and before.revision <= 1000000
      ) as recognised on said.revision > 1000000
      where said.transcription_id = version.id
    ),
    ''
  )
  from (select) as always
  left join public.transcriptions as version on version.session_id = concerned and version.is_current
$$;

update public.jobs set heard = internal.heard_in(session_id)
where kind = 'summarize' and status in ('started', 'success') and settings @> '{"automatic": true}';

-- Before the attempt reads: what changes in between is heard twice rather than never.
create function internal.note_heard() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  new.heard := internal.heard_in(new.session_id);
  return new;
end
$$;
create trigger note_heard before update of attempt on public.jobs
  for each row when (new.kind = 'summarize' and new.attempt > old.attempt)
  execute function internal.note_heard();

-- What another version of a meeting's newest minutes is to be like; null while they are up to date, and where somebody has
-- done anything with them or made others since. Another transcript that somebody chooses is no reason for other minutes.
create function internal.renewal_wanted(concerned uuid) returns jsonb
language sql stable set search_path = ''
as $$
  select made.settings || jsonb_strip_nulls(jsonb_build_object('series', newest.series))
  from public.recording_sessions as session
  join public.user_settings as choice on choice.user_id = session.user_id and choice.auto_generate_summary
  left join lateral (
    select summary.series, summary.job_id, summary.edited_at, summary.quality_rating
    from public.ai_summaries as summary
    where summary.session_id = session.id
    order by summary.created_at desc
    limit 1
  ) as newest on true
  cross join lateral (
    select asked.settings, asked.heard
    from public.jobs as asked
    where asked.session_id = session.id
      and asked.kind = 'summarize'
      and asked.status = 'success'
      and asked.settings @> '{"automatic": true, "summary": true}'
      -- Without any, nothing had been said.
      and (newest.series is null or asked.id = newest.job_id)
    order by asked.completed_at desc
    limit 1
  ) as made
  cross join internal.heard_in(session.id) as now_heard
  where session.id = concerned
    -- Of one that goes on there will be others.
    and session.status = 'completed'
    and (auth.uid() is null or session.user_id = auth.uid())
    and newest.edited_at is null
    and newest.quality_rating is null
    and made.heard <> now_heard
    and split_part(made.heard, ' ', 1) in ('', split_part(now_heard, ' ', 1))
$$;

-- Once for all that changes before it is read: a job that waits reads later, and one that runs looks again when it ends.
create function internal.renew_minutes_of(concerned uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  wanted jsonb;
  job uuid;
begin
  if to_regnamespace('procrastinate') is null or not exists (
    select from public.jobs
    where session_id = concerned and kind = 'summarize' and heard <> internal.heard_in(concerned)
  ) then
    return;
  end if;
  -- Whoever stores minutes of the session is over then, and is seen.
  perform from public.recording_sessions where id = concerned for no key update;
  if exists (
    select from public.jobs
    where session_id = concerned
      and kind = 'summarize'
      and status in ('pending', 'started')
      and settings @> '{"automatic": true}'
  ) then
    return;
  end if;
  wanted := internal.renewal_wanted(concerned);
  if wanted is null then
    return;
  end if;
  insert into public.jobs (user_id, session_id, kind, settings, priority)
  select user_id, id, 'summarize', wanted, 'low' from public.recording_sessions where id = concerned
  returning id into job;
  -- Where words come late, more are on their way.
  perform internal.queue_job(job, interval '10 seconds');
end
$$;

create or replace function internal.renew_minutes() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform internal.renew_minutes_of(new.session_id);
  return null;
end
$$;
drop trigger renew_minutes on public.transcriptions;
create trigger renew_minutes after update of content, second_pass_at on public.transcriptions
  for each row execute function internal.renew_minutes();
create trigger renew_minutes after update of status on public.jobs
  for each row when (
    new.kind = 'summarize' and new.status = 'success' and old.status <> 'success' and new.settings @> '{"automatic": true}'
  ) execute function internal.renew_minutes();

-- As before, in the order in which others lock, and words that come late to a transcript which has been heard again are not left
-- beside what was heard.
create or replace function internal.store_captions(captions jsonb) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  stored integer;
  extended uuid[];
begin
  -- Words that come after the end change what minutes rest on. Who corrects a transcript takes its session first, too.
  perform from public.recording_sessions
  where status = 'completed' and id in (
    select session_id from jsonb_to_recordset(captions) as caption (session_id uuid, final boolean) where final
  )
  order by id
  for no key update;

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

revoke all on all functions in schema internal from public;
