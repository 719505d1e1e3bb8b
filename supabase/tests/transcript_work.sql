-- Correcting, naming, versions and search: who may, and what is left of it.
begin;
select plan(44);

insert into auth.users (id, email) values
  ('00000000-0000-4000-8000-000000000001', 'owner@example.com'),
  ('00000000-0000-4000-8000-000000000002', 'guest@example.com'),
  ('00000000-0000-4000-8000-000000000003', 'stranger@example.com');
insert into public.recording_sessions (id, user_id, title, language) values
  ('00000000-0000-4000-9000-000000000001', '00000000-0000-4000-8000-000000000001', 'Weekly 预算', 'en-US');
insert into public.session_members (session_id, user_id, role) values
  ('00000000-0000-4000-9000-000000000001', '00000000-0000-4000-8000-000000000002', 'participant');

create function pg_temp.become(account integer) returns void language sql as $$
  select set_config(
    'request.jwt.claims',
    json_build_object('sub', '00000000-0000-4000-8000-00000000000' || account, 'role', 'authenticated')::text, true
  )
$$;
create function pg_temp.caption(segment_id text, revision integer, said text, who text, identity text) returns jsonb
language sql as $$
  select jsonb_build_object(
    'session_id', '00000000-0000-4000-9000-000000000001', 'segment_id', segment_id, 'revision', revision,
    'final', true, 'text', said, 'start', revision, 'end', revision + 1, 'language', 'en', 'confidence', 0.5,
    'participant_identity', identity, 'participant_name', who, 'track_sid', 'TR_a'
  )
$$;
create function pg_temp.version() returns uuid language sql as $$
  select id from public.transcriptions where is_current
$$;
create function pg_temp.said(of_segment text) returns text language sql as $$
  select speaker || ': ' || text from public.transcript_segments
  where transcription_id = pg_temp.version() and segment_id = of_segment
$$;
create function pg_temp.revise(of_segment text, change jsonb) returns integer language sql as $$
  select internal.revise_segments(pg_temp.version(), jsonb_build_array(change || jsonb_build_object('segment_id', of_segment)))
$$;

select is(
  internal.store_captions(jsonb_build_array(
    pg_temp.caption('a', 1, 'first', 'Olga', 'intrascribe_user_00000000-0000-4000-8000-000000000001_5'),
    pg_temp.caption('b', 2, 'second', 'Gus', 'intrascribe_user_00000000-0000-4000-8000-000000000002_5')
  )), 2, 'captions are stored'
);
select is((select count(*) from public.transcriptions where is_current), 1::bigint, 'the live transcript is current');

-- The owner corrects.
select pg_temp.become(1);
set local role authenticated;
select is(pg_temp.revise('a', '{"text": "corrected", "revision": 1}'), 1, 'the owner corrects what was said');
select is(pg_temp.said('a'), 'Olga: corrected', 'and it is so');
select is(pg_temp.revise('a', '{"text": "again", "revision": 1}'), 0, 'a correction of what is no longer there is refused');
select is(pg_temp.revise('a', '{"text": "corrected"}'), 1, 'a correction that changes nothing is fine');
select row_eq(
  $$select revision, edited_by from public.transcript_segments where segment_id = 'a'$$,
  row(1000001, '00000000-0000-4000-8000-000000000001'::uuid), 'and is no revision'
);
select results_eq(
  $$select revision, text, made_by from public.segment_revisions$$,
  $$values (1, 'first'::text, null::uuid)$$, 'what it was before is remembered'
);
select is(
  (select content from public.transcriptions where is_current), E'corrected\nsecond', 'the whole text follows'
);
select is(pg_temp.revise('b', '{"text": "seconded", "speaker": "Gustav"}'), 1, 'the owner corrects what others said');
select results_eq(
  $$select user_id, name from internal.member_names('00000000-0000-4000-9000-000000000001') order by 2$$,
  $$values ('00000000-0000-4000-8000-000000000002'::uuid, 'guest'::text),
           ('00000000-0000-4000-8000-000000000001'::uuid, 'owner'::text)$$,
  'members see what the others are called'
);
select throws_ok(
  $$update public.transcript_segments set text = 'direct'$$, '42501', null, 'there is no other way to correct'
);
select throws_ok(
  $$insert into public.segment_revisions values (gen_random_uuid(), 1, gen_random_uuid(), '', '', 0, 0, null, now())$$,
  '42501', null, 'nobody writes history'
);
select throws_ok($$delete from public.segment_revisions$$, '42501', null, 'and nobody removes it');
select throws_ok(
  $$insert into public.session_speakers values ('00000000-0000-4000-9000-000000000001', 'a', 'b')$$,
  '42501', null, 'names are given by renaming alone'
);
select throws_ok($$update public.transcriptions set is_current = false$$, '42501', null, 'nobody sets what is current');
reset role;

-- Recognition comes again.
select is(
  internal.store_captions(jsonb_build_array(pg_temp.caption('a', 500, 'recognised again', 'Olga', 'p'))), 0,
  'recognition does not overwrite a person'
);
select is(pg_temp.said('a'), 'Olga: corrected', 'whose words stay');

-- A guest.
select pg_temp.become(2);
set local role authenticated;
select is(pg_temp.revise('a', '{"text": "forged"}'), 0, 'a guest does not change what others said');
select is(pg_temp.revise('b', '{"speaker": "Olga"}'), 0, 'nor who said it');
select is(pg_temp.revise('b', '{"text": "mine"}'), 1, 'but the own words');
select is(pg_temp.said('b'), 'Gustav: mine', 'and they are so');
select is_empty(
  $$select * from internal.rename_speaker('00000000-0000-4000-9000-000000000001', 'Olga', 'Gus', null)$$,
  'a guest renames nobody'
);
select is(
  internal.import_transcription('00000000-0000-4000-9000-000000000001', 'en', 'mine', '[]'), null,
  'a guest brings no transcript along'
);
select is(internal.add_segments(pg_temp.version(), '[{"segment_id": "x", "text": "x", "speaker": "", "start_time": 0, "end_time": 0}]'), 0, 'a guest adds nothing');
select is((select count(*) from public.segment_revisions), 3::bigint, 'a guest reads the history');
reset role;

-- A stranger.
create temp table given as select pg_temp.version() as id;
grant select on given to authenticated;
select pg_temp.become(3);
set local role authenticated;
select is(
  internal.revise_segments((select id from given), '[{"segment_id": "a", "text": "forged"}]'), 0, 'a stranger changes nothing'
);
select is_empty(
  $$select * from internal.rename_speaker('00000000-0000-4000-9000-000000000001', 'Olga', 'Gus', null)$$,
  'a stranger renames nobody'
);
select is(
  internal.import_transcription('00000000-0000-4000-9000-000000000001', 'en', 'mine', '[]'), null,
  'a stranger brings no transcript along'
);
select is_empty(
  $$select * from internal.member_names('00000000-0000-4000-9000-000000000001')$$, 'a stranger learns no names'
);
select is((select count(*) from public.segment_revisions), 0::bigint, 'a stranger sees no history');
select is((select count(*) from public.session_speakers), 0::bigint, 'a stranger sees no names');
select is_empty(
  $$select * from internal.search_segments('corrected', null, null, null, null, 10)$$, 'a stranger finds nothing said'
);
select is_empty($$select * from internal.search_titles('weekly', null, null, 10)$$, 'a stranger finds no title');
reset role;

-- Names.
select pg_temp.become(1);
set local role authenticated;
select is(
  (select count(*) from internal.rename_speaker('00000000-0000-4000-9000-000000000001', 'Olga', 'Olga Owner', null)),
  1::bigint, 'the owner renames a speaker'
);
reset role;
select is(
  internal.store_captions(jsonb_build_array(pg_temp.caption('c', 3, 'third', 'Olga', 'p'))), 1, 'who speaks again'
);
select is(pg_temp.said('c'), 'Olga Owner: third', 'under the new name');
select results_eq(
  $$select * from internal.speaker_names('00000000-0000-4000-9000-000000000001')$$,
  $$values ('Olga'::text, 'Olga Owner'::text)$$, 'which the service knows'
);

-- Search, and versions.
select pg_temp.become(1);
set local role authenticated;
select results_eq(
  $$select segment_id, matching from internal.search_segments('CORRECT', null, null, null, null, 10)$$,
  $$values ('a'::text, array['corrected'])$$, 'words are found in their other forms'
);
select is((select count(*) from internal.search_titles('预算', null, null, 10)), 1::bigint, 'and in other scripts');
select isnt(
  internal.import_transcription(
    '00000000-0000-4000-9000-000000000001', 'en', 'mine',
    '[{"segment_id": "1", "text": "brought along", "speaker": "Eve", "start_time": 0, "end_time": 1}]'
  ), null, 'the owner brings a transcript along'
);
select is((select source from public.transcriptions where is_current), 'import', 'which is the current one');
select is_empty(
  $$select * from internal.search_segments('corrected', null, null, null, null, 10)$$, 'what is not current is not found'
);
reset role;
delete from public.transcriptions where source = 'import';
select is((select source from public.transcriptions where is_current), 'live', 'without it the one before is current');

select * from finish();
rollback;
