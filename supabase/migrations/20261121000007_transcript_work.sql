-- What people do with transcripts: correct them, name who speaks, keep several versions, and search.

-- Versions. The current one is the completed one that was chosen last, or what there is while none is completed.
alter table public.transcriptions drop constraint transcriptions_source_check;
alter table public.transcriptions
  add constraint transcriptions_source_check check (source in ('live', 'upload', 'retranscription', 'import')),
  add column chosen_at timestamptz not null default now(),
  add column is_current boolean not null default false;
comment on column public.transcriptions.chosen_at is 'Of the completed versions of a session the one chosen last is current';
comment on column public.transcriptions.is_current is 'Follows from status and chosen_at; nobody sets it';

create unique index transcriptions_one_current on public.transcriptions (session_id) where is_current;

create function internal.choose_current_transcription() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  changed uuid;
  chosen uuid;
begin
  if tg_op = 'DELETE' then
    changed := old.session_id;
  else
    changed := new.session_id;
  end if;
  -- Versions that change at the same time would each choose without seeing the other.
  perform from public.recording_sessions where id = changed for no key update;
  select id into chosen
  from public.transcriptions
  where session_id = changed and status <> 'failed'
  order by status = 'completed' desc, chosen_at desc, id
  limit 1;
  update public.transcriptions set is_current = false where session_id = changed and is_current and id is distinct from chosen;
  update public.transcriptions set is_current = true where id = chosen and not is_current;
  return null;
end
$$;

create trigger choose_current after insert or delete on public.transcriptions
  for each row execute function internal.choose_current_transcription();
create trigger choose_current_again after update of status, chosen_at on public.transcriptions
  for each row when (old.status is distinct from new.status or old.chosen_at is distinct from new.chosen_at)
  execute function internal.choose_current_transcription();
update public.transcriptions as version set is_current = true
where id = (
  select id from public.transcriptions as other
  where other.session_id = version.session_id and status <> 'failed'
  order by status = 'completed' desc, chosen_at desc, id
  limit 1
);

-- Corrections. Revisions from a million on are made by people, so that the rule "the highest revision counts" keeps
-- what a person wrote above whatever recognition says later, here and wherever captions are read.
alter table public.transcript_segments
  add column spoken_as text,
  add column edited_by uuid references public.users (id) on delete set null,
  add column edited_at timestamptz;
update public.transcript_segments set spoken_as = speaker;
alter table public.transcript_segments alter column spoken_as set not null;
comment on column public.transcript_segments.spoken_as is 'The speaker as recognition named it; speaker is the name that is shown';

create index transcript_segments_edited_by on public.transcript_segments (edited_by) where edited_by is not null;

create table public.segment_revisions (
  segment uuid not null references public.transcript_segments (id) on delete cascade,
  revision integer not null,
  session_id uuid not null references public.recording_sessions (id) on delete cascade,
  speaker text not null,
  text text not null,
  start_time double precision not null,
  end_time double precision not null,
  made_by uuid references public.users (id) on delete set null,
  made_at timestamptz not null,
  primary key (segment, revision)
);
comment on table public.segment_revisions is 'What segments were before people changed them; what they are now is in transcript_segments';

create index segment_revisions_of_session on public.segment_revisions (session_id);
create index segment_revisions_made_by on public.segment_revisions (made_by) where made_by is not null;

-- Names. Captions of a participant go on under the name that people gave to what was said before.
create table public.session_speakers (
  session_id uuid not null references public.recording_sessions (id) on delete cascade,
  spoken_as text not null,
  speaker text not null check (speaker <> ''),
  primary key (session_id, spoken_as)
);

alter table public.segment_revisions enable row level security;
alter table public.session_speakers enable row level security;
revoke all on public.segment_revisions, public.session_speakers from public, anon, authenticated, service_role;
grant select on public.segment_revisions, public.session_speakers to authenticated;
grant all on public.segment_revisions, public.session_speakers to service_role;

create policy revisions_read_as_member on public.segment_revisions for select to authenticated
  using (session_id in (select internal.my_sessions()));
create policy speakers_read_as_member on public.session_speakers for select to authenticated
  using (session_id in (select internal.my_sessions()));

-- Brings what a transcription says of itself up to date with its segments.
create function internal.refresh_transcription(refreshed uuid) returns void
language sql volatile set search_path = ''
as $$
  update public.transcriptions
  set content = whole.content, word_count = internal.count_words(whole.content), confidence_score = whole.confidence
  from (
    select
      coalesce(string_agg(text, E'\n' order by start_time, segment_id) filter (where text <> ''), '') as content,
      avg(confidence_score) as confidence
    from public.transcript_segments
    where transcription_id = refreshed
  ) as whole
  where id = refreshed
$$;

-- As before, and a participant whom people have renamed is stored under the new name.
create or replace function internal.store_captions(captions jsonb) returns integer
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

-- Owners change everything; participants the words that they spoke themselves. A change that names the revision it
-- was made from is left out when that is no longer the newest. Returns how many segments now are as asked.
create function internal.revise_segments(revised uuid, changes jsonb) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  owned boolean;
  done integer;
begin
  select member.role = 'owner' into owned
  from public.transcriptions as version
  join public.session_members as member on member.session_id = version.session_id and member.user_id = auth.uid()
  where version.id = revised;
  if owned is null then
    return 0;
  end if;

  with wanted as (
    select * from jsonb_to_recordset(changes) as change (
      segment_id text, revision integer, speaker text, text text, start_time double precision, end_time double precision
    )
  ),
  held as (
    select
      segment.id, segment.session_id, segment.revision, segment.speaker, segment.text, segment.start_time,
      segment.end_time, segment.edited_by, coalesce(segment.edited_at, segment.created_at) as made_at,
      coalesce(wanted.speaker, segment.speaker) as new_speaker,
      coalesce(wanted.text, segment.text) as new_text,
      coalesce(wanted.start_time, segment.start_time) as new_start,
      coalesce(wanted.end_time, segment.end_time) as new_end
    from public.transcript_segments as segment
    join wanted on wanted.segment_id = segment.segment_id
    where segment.transcription_id = revised
      and (wanted.revision is null or wanted.revision = segment.revision)
      and (
        owned
        -- The API names the participants of a room after their accounts.
        or starts_with(segment.participant_identity, 'intrascribe_user_' || auth.uid() || '_')
        and coalesce(wanted.speaker, segment.speaker) = segment.speaker
      )
    for update of segment
  ),
  changed as (
    select * from held
    where (new_speaker, new_text, new_start, new_end) is distinct from (speaker, text, start_time, end_time)
  ),
  remembered as (
    insert into public.segment_revisions (
      segment, revision, session_id, speaker, text, start_time, end_time, made_by, made_at
    )
    select id, revision, session_id, speaker, text, start_time, end_time, edited_by, made_at from changed
  ),
  written as (
    update public.transcript_segments as segment
    set
      revision = greatest(segment.revision, 1000000) + 1,
      speaker = changed.new_speaker,
      text = changed.new_text,
      start_time = changed.new_start,
      end_time = changed.new_end,
      edited_by = auth.uid(),
      edited_at = now()
    from changed
    where segment.id = changed.id
  )
  select count(*) into done from held;
  perform internal.refresh_transcription(revised);
  return done;
end
$$;

-- A finished transcript that its owner brings along. Null when the session is not the caller's.
create function internal.import_transcription(
  imported_session uuid, language text, stt_model text, segments jsonb
) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  imported uuid;
begin
  insert into public.transcriptions (session_id, user_id, source, language, stt_model, status)
  select id, user_id, 'import', import_transcription.language, import_transcription.stt_model, 'completed'
  from public.recording_sessions
  where id = imported_session and user_id = auth.uid()
  returning id into imported;
  if imported is not null then
    perform internal.add_segments(imported, segments);
  end if;
  return imported;
end
$$;

-- Segments of people: for imports, and for what an owner adds. Returns how many are new.
create function internal.add_segments(extended uuid, segments jsonb) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  added integer;
begin
  insert into public.transcript_segments (
    transcription_id, session_id, segment_id, revision, speaker, spoken_as, text, start_time, end_time, language,
    confidence_score
  )
  select
    version.id, version.session_id, new.segment_id, 0, new.speaker, new.speaker, new.text, new.start_time, new.end_time,
    version.language, new.confidence_score
  from public.transcriptions as version
  join public.recording_sessions as session on session.id = version.session_id and session.user_id = auth.uid()
  cross join jsonb_to_recordset(segments) as new (
    segment_id text, speaker text, text text, start_time double precision, end_time double precision,
    confidence_score double precision
  )
  where version.id = extended
  on conflict do nothing;
  get diagnostics added = row_count;
  perform internal.refresh_transcription(extended);
  return added;
end
$$;

-- Everywhere in the session, and for captions yet to come. With `spoken`, only for what recognition named so: that
-- takes two speakers apart again who were given one name. Returns the segments that have changed.
create function internal.rename_speaker(session uuid, old_speaker text, new_speaker text, spoken text)
returns table (transcription_id uuid, segment_id text)
language plpgsql security definer set search_path = ''
as $$
begin
  -- Waits for captions that are being stored, and lets later ones see the new name.
  perform from public.recording_sessions where id = session and user_id = auth.uid() for update;
  if not found then
    return;
  end if;
  insert into public.session_speakers as known (session_id, spoken_as, speaker)
  select distinct session, heard.spoken_as, new_speaker
  from public.transcript_segments as heard
  left join public.session_speakers as renamed
    on renamed.session_id = session and renamed.spoken_as = heard.spoken_as
  where heard.session_id = session
    and heard.participant_identity is not null
    and coalesce(renamed.speaker, heard.spoken_as) = old_speaker
    and (spoken is null or heard.spoken_as = spoken)
  on conflict on constraint session_speakers_pkey do update set speaker = excluded.speaker;
  delete from public.session_speakers as known where known.session_id = session and known.spoken_as = known.speaker;
  return query
    update public.transcript_segments as segment
    set speaker = new_speaker
    where segment.session_id = session and segment.speaker = old_speaker and (spoken is null or segment.spoken_as = spoken)
    returning segment.transcription_id, segment.segment_id;
end
$$;

-- Who the members of a session of the caller's are, as they are called in its room.
create function internal.member_names(session uuid) returns table (user_id uuid, name text)
language sql stable security definer set search_path = ''
as $$
  select member.user_id, coalesce(account.full_name, account.username)
  from public.session_members as member
  join public.users as account on account.id = member.user_id
  where member.session_id = session
    and exists (select from public.session_members as mine where mine.session_id = session and mine.user_id = auth.uid())
$$;

-- For those who follow a session live, as the service.
create function internal.speaker_names(session uuid) returns table (spoken_as text, speaker text)
language sql stable security definer set search_path = ''
as $$
  select known.spoken_as, known.speaker from public.session_speakers as known where known.session_id = session
$$;

-- Full-text search over what people said and over titles, in every script, without extensions.

-- English stems and no stop words: "who" is a word that people look for, and other languages are merely stemmed alike.
create text search dictionary internal.stem (template = pg_catalog.snowball, language = 'english');
create text search configuration internal.words (copy = pg_catalog.english);
alter text search configuration internal.words
  alter mapping for asciiword, asciihword, hword_asciipart, word, hword, hword_part with internal.stem;

-- One form of all widths of letters, and nothing between words but spaces: no addresses, no hyphens, no quotes.
create function internal.plain_words(said text) returns text
language sql immutable parallel safe set search_path = ''
as $$
  select regexp_replace(
    normalize(left(said, 20000), nfkc),
    '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u2000-\u206f\u3000-\u3004\u3008-\u3030]+', ' ', 'g'
  )
$$;

-- Scripts without spaces between words, in overlapping pairs: 你好吗 is 你好, 好吗 and 吗.
create function internal.letter_pairs(plain text) returns table (run bigint, place bigint, letters bigint, pair text)
language sql immutable parallel safe set search_path = ''
as $$
  select
    run, letter.place, count(*) over (partition by run),
    letter.it || lead(letter.it, 1, '') over (partition by run order by letter.place)
  from regexp_matches(
    plain,
    '[\u3005-\u3007\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+', 'g'
  ) with ordinality as matched (letters, run)
  cross join regexp_split_to_table(matched.letters[1], '') with ordinality as letter (it, place)
$$;

-- The rest, in which the parser of Postgres finds the words.
create function internal.spaced_words(plain text) returns text
language sql immutable parallel safe set search_path = ''
as $$
  select regexp_replace(
    plain,
    '[\u3005-\u3007\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+', ' ', 'g'
  )
$$;

-- With its owner's rights, because it runs as whoever writes a row.
create function internal.search_vector(said text) returns tsvector
language sql immutable parallel safe security definer set search_path = ''
as $$
  select to_tsvector('internal.words', internal.spaced_words(plain)) || coalesce(
    (
      select string_agg(format('%s:%s', pair, position), ' ')::tsvector
      -- A place is left free between two runs, so that no pair follows from one to the next.
      from (select pair, run + row_number() over (order by run, place) as position from internal.letter_pairs(plain)) as placed
    ),
    ''
  )
  from internal.plain_words(said) as plain
$$;

-- All of it has to be there; what is written without spaces in that order, a single letter in any word.
create function internal.search_query(asked text) returns tsquery
language sql immutable parallel safe set search_path = ''
as $$
  select plainto_tsquery('internal.words', internal.spaced_words(plain)) && coalesce(
    (
      select string_agg(phrase, ' & ')
      from (
        select string_agg(case letters when 1 then pair || ':*' else pair end, ' <-> ' order by place) as phrase
        from internal.letter_pairs(plain)
        where place < letters or letters = 1
        group by run
      ) as phrases
    ),
    ''
  )::tsquery
  from internal.plain_words(asked) as plain
$$;

-- The words of a text that were asked for, in whatever form they are there.
create function internal.matching_words(said text, asked text) returns text[]
language sql immutable parallel safe set search_path = ''
as $$
  select coalesce(array_agg(distinct word), '{}')
  from regexp_split_to_table(internal.spaced_words(internal.plain_words(said)), '\s+') as word
  where ts_lexize('internal.stem', word) && tsvector_to_array(
    to_tsvector('internal.words', internal.spaced_words(internal.plain_words(asked)))
  )
$$;

alter table public.transcript_segments
  add column search tsvector generated always as (internal.search_vector(text)) stored;
alter table public.recording_sessions
  add column title_search tsvector generated always as (internal.search_vector(title)) stored;
create index transcript_segments_search on public.transcript_segments using gin (search);
create index recording_sessions_title_search on public.recording_sessions using gin (title_search);

-- What was said in the sessions of the caller, newest session first and then in the order it was said; after the
-- place that the last four values before `most` name, where they are given. Past the policies, because under them
-- Postgres does not use the index for `@@`; membership is asked for here.
--
-- Few matches are looked up and sorted. Of many, those in the newest sessions are found first, so that a frequent
-- word costs no more than a rare one.
create function internal.search_segments(
  asked text, after_session_at timestamptz, after_session uuid, after_start double precision, after_id uuid, most integer
)
returns table (
  id uuid, session_id uuid, session_at timestamptz, title text, segment_id text, speaker text, start_time double precision,
  end_time double precision, text text, matching text[]
)
language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  wanted constant tsquery := internal.search_query(asked);
  few constant integer := 2000;
  sought uuid[];
  sessions uuid[];
  from_at timestamptz := coalesce(after_session_at, 'infinity');
  from_id uuid := coalesce(after_session, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
  inclusive boolean := true;
  visited integer := 100;
  found_now integer;
begin
  if numnode(wanted) = 0 then
    return;
  end if;
  select array_agg(segment.id) into sought
  from (select id from public.transcript_segments where search @@ wanted limit few + 1) as segment;

  if coalesce(cardinality(sought), 0) <= few then
    return query
      select page.*, internal.matching_words(page.text, asked)
      from (
        select
          segment.id, session.id, session.created_at, session.title, segment.segment_id, segment.speaker,
          segment.start_time, segment.end_time, segment.text
        from public.transcript_segments as segment
        join public.transcriptions as version on version.id = segment.transcription_id and version.is_current
        join public.recording_sessions as session on session.id = segment.session_id
        join public.session_members as member on member.session_id = session.id and member.user_id = auth.uid()
        where segment.id = any (sought)
          and (
            after_id is null
            or (session.created_at, session.id) < (after_session_at, after_session)
            or session.id = after_session and (segment.start_time, segment.id) > (after_start, after_id)
          )
        order by session.created_at desc, session.id desc, segment.start_time, segment.id
        limit most
      ) as page (id, session_id, session_at, title, segment_id, speaker, start_time, end_time, text);
    return;
  end if;

  loop
    select array_agg(newest.id order by newest.created_at desc, newest.id desc) into sessions
    from (
      select session.id, session.created_at
      from public.session_members as member
      join public.recording_sessions as session on session.id = member.session_id
      where member.user_id = auth.uid()
        and (
          (session.created_at, session.id) < (from_at, from_id)
          -- The session in which the page before ended may have more.
          or inclusive and session.id = from_id
        )
      order by session.created_at desc, session.id desc
      limit visited
    ) as newest;
    exit when sessions is null;
    return query
      select page.*, internal.matching_words(page.text, asked)
      from (
        select
          segment.id, session.id, session.created_at, session.title, segment.segment_id, segment.speaker,
          segment.start_time, segment.end_time, segment.text
        from public.transcript_segments as segment
        join public.transcriptions as version on version.id = segment.transcription_id and version.is_current
        join public.recording_sessions as session on session.id = segment.session_id
        where segment.session_id = any (sessions)
          and segment.search @@ wanted
          and (
            after_id is null
            or session.id <> after_session
            or (segment.start_time, segment.id) > (after_start, after_id)
          )
        order by session.created_at desc, session.id desc, segment.start_time, segment.id
        limit most
      ) as page (id, session_id, session_at, title, segment_id, speaker, start_time, end_time, text);
    get diagnostics found_now = row_count;
    most := most - found_now;
    exit when most <= 0 or cardinality(sessions) < visited;
    select session.created_at, session.id into from_at, from_id
    from public.recording_sessions as session where session.id = sessions[visited];
    inclusive := false;
    visited := visited * 4;
  end loop;
end
$$;

create function internal.search_titles(asked text, after_session_at timestamptz, after_session uuid, most integer)
returns table (session_id uuid, session_at timestamptz, title text, matching text[])
language sql stable security definer set search_path = ''
as $$
  select page.*, internal.matching_words(page.title, asked)
  from (
    select session.id, session.created_at, session.title
    from public.recording_sessions as session
    join public.session_members as member on member.session_id = session.id and member.user_id = auth.uid()
    where session.title_search @@ internal.search_query(asked)
      and (after_session is null or (session.created_at, session.id) < (after_session_at, after_session))
    order by session.created_at desc, session.id desc
    limit most
  ) as page
$$;

revoke all on all functions in schema internal from public;
grant execute on function
  internal.revise_segments(uuid, jsonb),
  internal.import_transcription(uuid, text, text, jsonb),
  internal.add_segments(uuid, jsonb),
  internal.rename_speaker(uuid, text, text, text),
  internal.member_names(uuid),
  internal.search_segments(text, timestamptz, uuid, double precision, uuid, integer),
  internal.search_titles(text, timestamptz, uuid, integer)
to authenticated;
grant execute on function internal.search_vector(text) to authenticated, service_role;
grant execute on function internal.speaker_names(uuid) to intrascribe_api;
