-- Jobs and the life of sessions, as their owners, their participants and strangers reach them.
begin;
select plan(46);

insert into auth.users (id, email) values
  ('00000000-0000-4000-8000-000000000001', 'owner@example.com'),
  ('00000000-0000-4000-8000-000000000002', 'guest@example.com'),
  ('00000000-0000-4000-8000-000000000003', 'stranger@example.com');
insert into public.recording_sessions (id, user_id, title) values
  ('00000000-0000-4000-9000-000000000001', '00000000-0000-4000-8000-000000000001', 'Weekly');
insert into public.session_members (session_id, user_id, role) values
  ('00000000-0000-4000-9000-000000000001', '00000000-0000-4000-8000-000000000002', 'participant');
create temp table given (name text primary key, id uuid);
grant all on given to authenticated;

create function pg_temp.become(account text) returns void language sql as $$
  select set_config('request.jwt.claims', json_build_object('sub', account, 'role', 'authenticated')::text, true)
$$;
create function pg_temp.job(asked text) returns public.jobs language sql as $$
  select * from public.jobs where id = (select id from given where name = asked)
$$;
create function pg_temp.id_of(asked text) returns uuid language sql as $$
  select id from given where name = asked
$$;

-- Members enqueue, and see their own.
select pg_temp.become('00000000-0000-4000-8000-000000000001');
set local role authenticated;
insert into given values
  ('owned', internal.add_job('00000000-0000-4000-9000-000000000001', 'retranscribe', '{}', 'normal')),
  ('second', internal.add_job('00000000-0000-4000-9000-000000000001', 'retranscribe', '{}', 'normal')),
  ('third', internal.add_job('00000000-0000-4000-9000-000000000001', 'ai_summary', '{}', 'normal'));
select is((select count(*) from public.jobs), 3::bigint, 'an owner sees the jobs that it asked for');
select row_eq(
  $$select status, progress, step, result, error from public.jobs where id = pg_temp.id_of('owned')$$,
  row('pending'::text, 0::smallint, 'pending'::text, null::jsonb, null::text), 'a job begins with nothing'
);
select throws_ok(
  $$select internal.add_job('00000000-0000-4000-9000-000000000001', 'DROP', '{}', 'normal')$$, '23514', null, 'a kind is a plain word'
);
select throws_ok(
  $$insert into public.jobs (user_id, session_id, kind)
    values (auth.uid(), '00000000-0000-4000-9000-000000000001', 'mine')$$,
  '42501', null, 'nobody writes jobs past the functions'
);
select throws_ok($$update public.jobs set status = 'success'$$, '42501', null, 'nobody makes a job succeed');
select throws_ok($$delete from public.jobs$$, '42501', null, 'nobody deletes a job');
select throws_ok(
  $$select internal.finish_job(pg_temp.id_of('owned'), 1, '{}')$$, '42501', null, 'accounts do not work on jobs'
);

select pg_temp.become('00000000-0000-4000-8000-000000000002');
select is((select count(*) from public.jobs), 0::bigint, 'a guest sees no job of the owner');
select is(internal.cancel_own_job(pg_temp.id_of('owned')), false, 'and cancels none');
select isnt(
  internal.record_finalization('00000000-0000-4000-9000-000000000001', '{"n": 1}'), null, 'a guest may finalize'
);
select is((select count(*) from public.jobs), 1::bigint, 'which is a job of its own');

select pg_temp.become('00000000-0000-4000-8000-000000000003');
select is(
  internal.add_job('00000000-0000-4000-9000-000000000001', 'retranscribe', '{}', 'normal'), null,
  'a stranger asks for nothing in a session of others'
);
select is(
  internal.record_finalization('00000000-0000-4000-9000-000000000001', '{}'), null, 'and finalizes nothing'
);
select is((select count(*) from public.jobs), 0::bigint, 'a stranger sees no job');

-- The service works on them.
reset role;
select is(internal.report_job(pg_temp.id_of('owned'), 0, 10, 'initializing'), false, 'a job is started first');
select is((internal.start_job(pg_temp.id_of('owned'))).attempt, 1, 'a waiting job is started');
select is((internal.start_job(pg_temp.id_of('owned'))).attempt, 2, 'and again, by the worker that takes it over');
select is(
  internal.report_job(pg_temp.id_of('owned'), 1, 35, 'cleaning_old_data'), false, 'who has lost it reports nothing'
);
select is(internal.finish_job(pg_temp.id_of('owned'), 1, '{}'), false, 'and finishes nothing');
select is(internal.wants_job(pg_temp.id_of('owned'), 1), false, 'nobody waits for it');
select is(internal.wants_job(pg_temp.id_of('owned'), 2), true, 'but for who has it now');
select is(internal.report_job(pg_temp.id_of('owned'), 2, 35, 'cleaning_old_data'), true, 'its progress is told');
select row_eq(
  $$select status, progress, step, started_at is not null, completed_at is null from pg_temp.job('owned')$$,
  row('started'::text, 35::smallint, 'cleaning_old_data'::text, true, true), 'and can be read'
);
select is(internal.finish_job(pg_temp.id_of('owned'), 2, '{"total_segments": 3}'), true, 'it succeeds with a result');
select row_eq(
  $$select status, progress, step, result, completed_at is not null from pg_temp.job('owned')$$,
  row('success'::text, 100::smallint, 'completed'::text, '{"total_segments": 3}'::jsonb, true), 'which stays'
);
select is(internal.fail_job(pg_temp.id_of('owned'), 2, 'late', 'late'), false, 'what succeeded does not fail');
select is_empty($$select internal.start_job(pg_temp.id_of('owned'))$$, 'and is not done again');
select is(internal.fail_job(pg_temp.id_of('second'), 0, 'the engine is busy', 'engine-busy'), true, 'a job may fail before it starts');
select is((pg_temp.job('second')).error_code, 'engine-busy', 'and says why');
select throws_ok(
  $$update public.jobs set status = 'success', error = null where id = pg_temp.id_of('second')$$, '23514', null,
  'there is no success without a result'
);

select pg_temp.become('00000000-0000-4000-8000-000000000001');
set local role authenticated;
select is(internal.cancel_own_job(pg_temp.id_of('owned')), false, 'what is over is not cancelled');
select is(internal.cancel_own_job(pg_temp.id_of('third')), true, 'an owner cancels what waits');
select is(internal.cancel_own_job(pg_temp.id_of('third')), true, 'and again');
insert into given values
  ('ended', internal.record_finalization('00000000-0000-4000-9000-000000000001', '{"n": 1}')),
  ('again', internal.record_finalization('00000000-0000-4000-9000-000000000001', '{"n": 2}'));
select is(pg_temp.id_of('ended'), pg_temp.id_of('again'), 'to finalize again is the same job');
select is((pg_temp.job('ended')).result, '{"n": 2}'::jsonb, 'with what is known now');
reset role;
select is_empty($$select internal.start_job(pg_temp.id_of('third'))$$, 'a cancelled job is not started');
select is(internal.finish_job(pg_temp.id_of('third'), 0, '{}'), false, 'and does not succeed');

-- Owners change the state of a session, from what they saw it in.
update public.recording_sessions set status = 'recording', started_at = now() - interval '90 seconds';
select pg_temp.become('00000000-0000-4000-8000-000000000002');
set local role authenticated;
select is(
  internal.change_own_session('00000000-0000-4000-9000-000000000001', 'recording', 'paused'), false,
  'a guest does not pause a session'
);
select pg_temp.become('00000000-0000-4000-8000-000000000001');
select is(
  internal.change_own_session('00000000-0000-4000-9000-000000000001', 'created', 'archived'), false,
  'nobody changes what has changed meanwhile'
);
select is(
  internal.change_own_session('00000000-0000-4000-9000-000000000001', 'recording', 'paused'), true,
  'an owner pauses a session'
);
reset role;
select results_eq(
  $$select id, status from internal.recording_sessions()$$,
  $$values ('00000000-0000-4000-9000-000000000001'::uuid, 'paused'::text)$$, 'which presence goes on to watch'
);
set local role authenticated;
select is(
  internal.change_own_session('00000000-0000-4000-9000-000000000001', 'paused', 'completed'), true,
  'an owner completes a session'
);
select row_eq(
  $$select duration_seconds, ended_at - started_at from public.recording_sessions$$,
  row(90::double precision, interval '90 seconds'), 'which has an end and a duration then'
);
select throws_ok(
  $$select internal.change_own_session('00000000-0000-4000-9000-000000000001', 'completed', 'finished')$$, '23514',
  null, 'there are no other states'
);

-- What belongs to a session goes with it.
select lives_ok($$delete from public.recording_sessions$$, 'an owner deletes a session');
reset role;
select is((select count(*) from public.jobs), 0::bigint, 'and its jobs with it');

select * from finish();
rollback;
