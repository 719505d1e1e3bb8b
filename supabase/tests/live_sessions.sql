-- The life of a session and the storing of captions, as the service.
begin;
select plan(33);

insert into auth.users (id, email, raw_user_meta_data) values
  ('00000000-0000-4000-8000-000000000001', 'owner@example.com', '{"full_name": "Olga Owner"}'),
  ('00000000-0000-4000-8000-000000000002', null, '{}');
select row_eq(
  $$select username, full_name from public.users where id = '00000000-0000-4000-8000-000000000001'$$,
  row('owner'::text, 'Olga Owner'::text), 'an account gets its name from its address'
);
select is(
  (select username from public.users where id = '00000000-0000-4000-8000-000000000002'), 'user',
  'an account without an address gets a name too'
);
update auth.users set email = 'new@example.com' where id = '00000000-0000-4000-8000-000000000001';
select is(
  (select email from public.users where id = '00000000-0000-4000-8000-000000000001'), 'new@example.com',
  'a changed address is followed'
);

insert into public.recording_sessions (id, user_id, title, language) values
  ('00000000-0000-4000-9000-000000000001', '00000000-0000-4000-8000-000000000001', 'Weekly', 'en-US'),
  ('00000000-0000-4000-9000-000000000002', '00000000-0000-4000-8000-000000000001', 'Cancelled', 'en-US');
update public.recording_sessions set status = 'cancelled' where id = '00000000-0000-4000-9000-000000000002';

create function pg_temp.caption(segment_id text, revision integer, said text, start double precision default 0)
returns jsonb language sql as $$
  select jsonb_build_object(
    'session_id', '00000000-0000-4000-9000-000000000001', 'segment_id', segment_id, 'revision', revision,
    'final', true, 'text', said, 'start', start, 'end', start + 1, 'language', 'en', 'confidence', 0.5,
    'participant_identity', 'p', 'participant_name', 'Olga', 'track_sid', 'TR_a'
  )
$$;
create function pg_temp.said() returns text[] language sql as $$
  select array_agg(text order by start_time) from public.transcript_segments
$$;
create function pg_temp.session() returns public.recording_sessions language sql as $$
  select * from public.recording_sessions where id = '00000000-0000-4000-9000-000000000001'
$$;

-- Opening.
select row_eq(
  $$select * from internal.open_session('00000000-0000-4000-9000-000000000001', '2026-01-01T10:00:00Z')$$,
  row('2026-01-01T10:00:00Z'::timestamptz, 'en-US'::text), 'opening a session starts its clock'
);
select is((pg_temp.session()).status, 'recording', 'an opened session records');
select row_eq(
  $$select * from internal.open_session('00000000-0000-4000-9000-000000000001', '2026-01-01T11:00:00Z')$$,
  row('2026-01-01T10:00:00Z'::timestamptz, 'en-US'::text), 'the clock is started once'
);
select is_empty(
  $$select * from internal.open_session(gen_random_uuid(), now())$$, 'a session that does not exist is not opened'
);
select is_empty(
  $$select * from internal.open_session('00000000-0000-4000-9000-000000000002', now())$$,
  'a cancelled session is not opened'
);

-- Captions.
select is(
  internal.store_captions(jsonb_build_array(pg_temp.caption('b', 0, 'second', 5), pg_temp.caption('a', 0, 'first'))),
  2, 'captions are stored in the order in which they come'
);
select is(pg_temp.said(), array['first', 'second'], 'and read in the order in which they were said');
select is(
  internal.store_captions(jsonb_build_array(pg_temp.caption('a', 0, 'again'))), 0, 'the same revision is stored once'
);
select is(pg_temp.said(), array['first', 'second'], 'and what was stored first stays');
select is(
  internal.store_captions(
    jsonb_build_array(pg_temp.caption('a', 2, 'newest'), pg_temp.caption('a', 1, 'newer'), pg_temp.caption('a', 2, 'newest'))
  ), 1, 'several revisions of one segment may come at once'
);
select is(pg_temp.said(), array['newest', 'second'], 'the highest one counts');
select is(
  internal.store_captions(jsonb_build_array(pg_temp.caption('a', 1, 'late'))), 0, 'a revision that comes late is old'
);
select is(
  internal.store_captions(jsonb_build_array(pg_temp.caption('c', 0, 'partial') || '{"final": false}')),
  0, 'partials are not stored'
);
select is(
  internal.store_captions(jsonb_build_array(
    pg_temp.caption('d', 0, 'lost') || jsonb_build_object('session_id', gen_random_uuid()), pg_temp.caption('e', 0, 'third', 9)
  )), 1, 'captions of a session that is gone do not hold up the others'
);
select is(
  internal.store_captions(jsonb_build_array(pg_temp.caption('f', 0, 'fourth', 12) || '{"language": null, "confidence": null}')),
  1, 'a caption may come without language and confidence'
);
select is(internal.store_captions('[]'), 0, 'nothing is nothing');
select is((select count(*) from public.transcriptions), 1::bigint, 'a session has one live transcript');
select row_eq(
  $$select user_id, source, language, stt_model, status from public.transcriptions$$,
  row(
    '00000000-0000-4000-8000-000000000001'::uuid, 'live'::text, 'en-US'::text, 'local_funasr'::text, 'processing'::text
  ), 'which belongs to the owner of the session'
);

-- The end, and what comes after it.
select is(
  internal.set_session_status('00000000-0000-4000-9000-000000000001', 'completed', '2026-01-01T10:01:30Z'),
  true, 'a session is completed'
);
select is((pg_temp.session()).duration_seconds, 90::double precision, 'from its start to its end');
select row_eq(
  $$select content, word_count, status, confidence_score from public.transcriptions$$,
  row(E'newest\nsecond\nthird\nfourth'::text, 4, 'completed'::text, 0.5::double precision), 'and its transcript with it'
);
select is(
  internal.set_session_status('00000000-0000-4000-9000-000000000001', 'completed', '2026-01-01T10:09:00Z'),
  false, 'it is completed once'
);
select is(internal.store_captions(jsonb_build_array(pg_temp.caption('g', 0, 'last', 80))), 1, 'a caption may come late');
select is((select word_count from public.transcriptions), 5, 'and is part of the whole text');
select row_eq(
  $$select * from internal.open_session('00000000-0000-4000-9000-000000000001', now())$$,
  row('2026-01-01T10:00:00Z'::timestamptz, 'en-US'::text), 'a completed session opens again'
);
select ok((pg_temp.session()).ended_at is null and (pg_temp.session()).duration_seconds is null, 'it has no end then');
select throws_ok(
  $$select internal.set_session_status('00000000-0000-4000-9000-000000000001', 'finished', now())$$,
  '23514', null, 'there are no other states'
);
select is(
  internal.set_session_status('00000000-0000-4000-9000-000000000002', 'recording', now()),
  false, 'a cancelled session stays cancelled'
);
select results_eq(
  $$select id, status, language, started_at from internal.sessions_in(
    array['00000000-0000-4000-9000-000000000002', '00000000-0000-4000-9000-00000000000f']::uuid[]
  )$$,
  $$values ('00000000-0000-4000-9000-000000000002'::uuid, 'cancelled'::text, 'en-US'::text, null::timestamptz)$$,
  'the service asks about the sessions that it names'
);
select is(internal.count_words('hello, wide world 你好世界。 再见'), 9, 'words are counted in every script');

select * from finish();
rollback;
