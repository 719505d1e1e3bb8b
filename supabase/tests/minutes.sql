-- Minutes that jobs have made: versions, edits, titles, and what becomes of them after a meeting.
begin;
select plan(36);

insert into auth.users (id, email) values
  ('00000000-0000-4000-8000-000000000001', 'owner@example.com'),
  ('00000000-0000-4000-8000-000000000002', 'stranger@example.com');
insert into public.recording_sessions (id, user_id, title, title_by) values
  ('00000000-0000-4000-9000-000000000001', '00000000-0000-4000-8000-000000000001', 'New', 'default');
insert into public.transcriptions (id, session_id, user_id, source, language, status) values
  ('00000000-0000-4000-a000-000000000001', '00000000-0000-4000-9000-000000000001',
   '00000000-0000-4000-8000-000000000001', 'live', 'en', 'completed');
insert into public.transcript_segments (
  transcription_id, session_id, segment_id, revision, speaker, spoken_as, text, start_time, end_time
) values
  ('00000000-0000-4000-a000-000000000001', '00000000-0000-4000-9000-000000000001', 'b', 0, 'Bob', 'B', 'Later.', 2, 3),
  ('00000000-0000-4000-a000-000000000001', '00000000-0000-4000-9000-000000000001', 'a', 0, 'Ada', 'A', 'First.', 0, 1),
  ('00000000-0000-4000-a000-000000000001', '00000000-0000-4000-9000-000000000001', 'c', 0, 'Ada', 'A', '', 4, 5);
create temp table given (name text primary key, id uuid);
grant all on given to authenticated;

create function pg_temp.become(account text) returns void language sql as $$
  select set_config('request.jwt.claims', json_build_object('sub', account, 'role', 'authenticated')::text, true)
$$;
create function pg_temp.id_of(asked text) returns uuid language sql as $$
  select id from given where name = asked
$$;
-- A job that has begun; which attempt of it does not matter here.
create function pg_temp.begun(settings jsonb) returns uuid language sql as $$
  insert into public.jobs (user_id, session_id, kind, settings, status, attempt)
  values (
    '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-9000-000000000001', 'summarize', settings, 'started', 1
  )
  returning id
$$;
create function pg_temp.stored(job uuid, title text default null) returns boolean language sql as $$
  select internal.store_minutes(
    job, 1, '00000000-0000-4000-a000-000000000001',
    '{"summary": "All agreed", "key_points": ["One"], "action_items": [], "participants": ["Ada"],
      "minutes": {"origin": "written"}, "language": "en", "ai_model": "m", "ai_provider": "p",
      "processing_time_ms": 5, "token_usage": {}, "cost_cents": null}',
    title, '{"message": "done"}'
  )
$$;

-- What a job reads.
insert into given values ('first', pg_temp.begun('{}'));
select row_eq(
  $$select transcription_id, language, title, titled, segments #>> '{0,text}', segments #>> '{1,spoken_as}',
      jsonb_array_length(segments) from internal.transcript_of_job(pg_temp.id_of('first'))$$,
  row('00000000-0000-4000-a000-000000000001'::uuid, 'en'::text, 'New'::text, false, 'First.'::text, 'B'::text, 2),
  'a job reads what was said, in order and without what is empty'
);
select is_empty($$select * from internal.transcript_of_job(gen_random_uuid())$$, 'and nothing for no job');

-- What it has heard, by which later words are known.
select is((select heard from public.jobs), null, 'a job that has not begun has heard nothing');
update public.jobs set attempt = 1 where attempt = 1;
select is((select heard from public.jobs), null, 'and neither has one that goes on');
insert into given values ('heard', pg_temp.begun('{}'));
update public.jobs set attempt = 2 where id = pg_temp.id_of('heard');
update public.transcript_segments set revision = 1000001, text = 'By hand.' where segment_id = 'a';
insert into public.segment_revisions (segment, revision, session_id, speaker, text, start_time, end_time, made_at)
select id, 0, session_id, speaker, 'First.', 0, 1, now() from public.transcript_segments where segment_id = 'a';
select is(
  (select heard from public.jobs where id = pg_temp.id_of('heard')),
  internal.heard_in('00000000-0000-4000-9000-000000000001'), 'what people correct is nothing to hear again'
);
update public.transcript_segments set revision = 1 where segment_id = 'b';
select isnt(
  (select heard from public.jobs where id = pg_temp.id_of('heard')),
  internal.heard_in('00000000-0000-4000-9000-000000000001'), 'and what recognition corrects is'
);
select is(internal.renewal_wanted('00000000-0000-4000-9000-000000000001'), null, 'if minutes are wanted at all');
delete from public.jobs where id = pg_temp.id_of('heard');

-- What it stores, once.
select is(internal.store_minutes(pg_temp.id_of('first'), 2, null, null, null, '{}'), false, 'another attempt stores nothing');
select is(pg_temp.stored(pg_temp.id_of('first'), 'Agreement'), true, 'a summary is stored');
select is(pg_temp.stored(pg_temp.id_of('first')), false, 'and not twice');
select row_eq(
  $$select status, result ->> 'message', result ->> 'status', (result ->> 'version')::integer, (result ->> 'title_changed')::boolean
    from public.jobs where id = pg_temp.id_of('first')$$,
  row('success'::text, 'done'::text, 'completed'::text, 1, true), 'together with the end of its job'
);
select row_eq(
  $$select title, title_by from public.recording_sessions$$, row('Agreement'::text, 'automatic'::text),
  'a title that nobody has given is replaced'
);
insert into given select 'summary', id from public.ai_summaries;
select row_eq(
  $$select origin, version, edited, edited_at is null, job_id from public.ai_summaries$$,
  row('written'::text, 1, '{}'::text[], true, pg_temp.id_of('first')), 'a summary knows how it came about'
);

-- People edit it, and another version leaves it alone.
select pg_temp.become('00000000-0000-4000-8000-000000000001');
set local role authenticated;
select lives_ok($$update public.ai_summaries set quality_rating = 5$$, 'an owner rates it');
select is((select edited_at from public.ai_summaries), null, 'which is no edit');
select lives_ok($$update public.ai_summaries set key_points = '["Two"]'$$, 'and edits it');
select lives_ok($$update public.ai_summaries set summary = 'In my words'$$, 'more than once');
select row_eq(
  $$select edited, edited_at is not null from public.ai_summaries$$, row('{summary,key_points}'::text[], true),
  'and what was edited is known'
);
select throws_ok(
  $$insert into public.ai_summaries (session_id, user_id, summary, series)
    values ('00000000-0000-4000-9000-000000000001', auth.uid(), 'Mine', gen_random_uuid())$$,
  '42501', null, 'nobody puts a summary into a series'
);
select throws_ok($$update public.ai_summaries set minutes = null$$, '42501', null, 'nobody changes what it rests on');
select throws_ok(
  $$update public.recording_sessions set title_by = 'automatic'$$, '42501', null, 'nobody says whose a title is'
);
select throws_ok(
  $$select internal.transcript_of_job(pg_temp.id_of('first'))$$, '42501', null, 'accounts do not work on jobs'
);
select lives_ok($$update public.recording_sessions set title = 'Agreement'$$, 'to write the same title');
select is((select title_by from public.recording_sessions), 'automatic', 'is no change of it');
select lives_ok($$update public.recording_sessions set title = 'Ours'$$, 'to write another');
select is((select title_by from public.recording_sessions), 'person', 'is one');
reset role;

insert into given
select 'second', pg_temp.begun(jsonb_build_object('series', series)) from public.ai_summaries;
update public.recording_sessions set status = 'processing';
select is(pg_temp.stored(pg_temp.id_of('second'), 'Theirs'), true, 'a new version is stored');
select is(
  (select status from public.recording_sessions), 'completed', 'and a session whose transcription has failed waits no more'
);
select results_eq(
  $$select version, summary from public.ai_summaries order by version$$,
  $$values (1, 'In my words'), (2, 'All agreed')$$, 'beside the one before'
);
select is((select title from public.recording_sessions), 'Ours', 'and the title of a person stays');
select throws_ok(
  $$insert into public.ai_summaries (session_id, user_id, summary, series, version)
    select session_id, user_id, 'Twice', series, 2 from public.ai_summaries where version = 1$$,
  '23505', null, 'there are no two versions of one number'
);

-- Strangers see none of it.
select pg_temp.become('00000000-0000-4000-8000-000000000002');
set local role authenticated;
select is_empty($$select * from public.ai_summaries$$, 'a stranger sees no summary');
select lives_ok($$update public.ai_summaries set summary = 'Forged'$$, 'and changes none');
reset role;
select is_empty($$select from public.ai_summaries where summary = 'Forged'$$, 'whatever he tries');

-- What a summary was made of may go.
delete from public.transcriptions;
select is((select count(transcription_id) from public.ai_summaries), 0::bigint, 'a summary outlives its transcript');
delete from public.jobs;
select is((select count(job_id) from public.ai_summaries), 0::bigint, 'and its job');

select * from finish();
rollback;
