-- Hearing again: who may mark a microphone and choose a version, and what a lost attempt can still do.
begin;
select plan(15);

insert into auth.users (id, email) values
  ('00000000-0000-4000-8000-000000000001', 'owner@example.com'),
  ('00000000-0000-4000-8000-000000000002', 'guest@example.com'),
  ('00000000-0000-4000-8000-000000000003', 'stranger@example.com');
insert into public.recording_sessions (id, user_id, title, language) values
  ('00000000-0000-4000-9000-000000000001', '00000000-0000-4000-8000-000000000001', 'Weekly', 'en-US');
insert into public.session_members (session_id, user_id, role) values
  ('00000000-0000-4000-9000-000000000001', '00000000-0000-4000-8000-000000000002', 'participant');
insert into public.jobs (id, user_id, session_id, kind, status, attempt) values (
  '00000000-0000-4000-a000-000000000001', '00000000-0000-4000-8000-000000000001',
  '00000000-0000-4000-9000-000000000001', 'second_pass', 'started', 2
);

create function pg_temp.become(account integer) returns void language sql as $$
  select set_config(
    'request.jwt.claims',
    json_build_object('sub', '00000000-0000-4000-8000-00000000000' || account, 'role', 'authenticated')::text, true
  )
$$;
create function pg_temp.share(account integer, shared boolean) returns boolean language sql as $$
  select internal.share_microphone(
    '00000000-0000-4000-9000-000000000001', ('00000000-0000-4000-8000-00000000000' || account)::uuid, shared
  )
$$;
create function pg_temp.heard(attempt integer, said text, chosen boolean) returns uuid language sql as $$
  select internal.store_second_pass(
    '00000000-0000-4000-a000-000000000001', attempt, 'en', 1,
    jsonb_build_array(jsonb_build_object(
      'segment_id', 'a', 'participant_identity', 'p', 'spoken_as', 'Olga', 'speaker', 'Olga', 'text', said,
      'start_time', 1, 'end_time', 2, 'language', 'en', 'confidence_score', 0.5
    )),
    array['b'], chosen, '{}'
  )
$$;

select pg_temp.become(2);
select ok(pg_temp.share(2, true), 'somebody marks the own microphone');
select ok(not pg_temp.share(1, true), 'and not that of the owner');
select pg_temp.become(1);
select ok(pg_temp.share(2, false), 'the owner marks anybody''s');
select ok(not pg_temp.share(3, true), 'but no stranger''s');
select pg_temp.become(3);
select ok(not pg_temp.share(3, true), 'a stranger has none here');

select internal.store_captions(jsonb_agg(jsonb_build_object(
  'session_id', '00000000-0000-4000-9000-000000000001', 'segment_id', segment_id, 'revision', 3, 'final', true,
  'text', 'live', 'start', 1, 'end', 2, 'language', 'en', 'participant_identity', 'p', 'participant_name', 'Olga'
))) from unnest(array['a', 'b']) as segment_id;
select is(pg_temp.heard(1, 'late', false), null, 'an attempt that is over stores nothing');
select is(
  (select count(*) from internal.hold_live_transcript('00000000-0000-4000-a000-000000000001', 1)), 0::bigint,
  'and reads nothing'
);
select isnt(pg_temp.heard(2, 'again', false), null, 'the newest one stores');
select results_eq(
  $$select segment_id, text, revision from public.transcript_segments as segment
    join public.transcriptions as version on version.id = transcription_id
    where version.is_current order by segment_id$$,
  $$values ('a'::text, 'again'::text, 4), ('b'::text, ''::text, 4)$$,
  'what was heard is corrected under its id, and what was not is withdrawn'
);
select results_eq(
  $$select version.source, string_agg(segment.text, ' ') from public.transcriptions as version
    join public.transcript_segments as segment on segment.transcription_id = version.id
    where not version.is_current group by version.source$$,
  $$values ('first_pass'::text, 'live live'::text)$$,
  'how it was before is a version'
);
select is(pg_temp.heard(2, 'twice', false), null, 'a job that is done stores nothing more');

select pg_temp.become(2);
select ok(
  not internal.choose_transcription((select id from public.transcriptions where source = 'first_pass')),
  'a guest chooses no version'
);
select pg_temp.become(1);
select ok(
  internal.choose_transcription((select id from public.transcriptions where source = 'first_pass')),
  'the owner does'
);
select is((select source from public.transcriptions where is_current), 'first_pass', 'and it is the current one');
select is(
  (select count(*) from internal.store_captions('[]')), 1::bigint, 'captions are stored as before'
);

select * from finish();
rollback;
