-- How many jobs an account may have waiting, and how meetings are heard again.
begin;
select plan(11);

insert into auth.users (id, email) values
  ('00000000-0000-4000-8000-000000000001', 'owner@example.com'),
  ('00000000-0000-4000-8000-000000000002', 'guest@example.com'),
  ('00000000-0000-4000-8000-000000000003', 'stranger@example.com');
insert into public.recording_sessions (id, user_id, title) values
  ('00000000-0000-4000-9000-000000000001', '00000000-0000-4000-8000-000000000001', 'Weekly');
insert into public.session_members (session_id, user_id, role) values
  ('00000000-0000-4000-9000-000000000001', '00000000-0000-4000-8000-000000000002', 'participant');

create function pg_temp.become(account text) returns void language sql as $$
  select set_config('request.jwt.claims', json_build_object('sub', account, 'role', 'authenticated')::text, true)
$$;
create function pg_temp.wait(jobs integer) returns void language sql as $$
  insert into public.jobs (user_id, session_id, kind)
  select '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-9000-000000000001', 'transcribe'
  from generate_series(1, jobs)
$$;

-- A second pass that waits is the only one, and the owner's.
insert into public.jobs (id, user_id, session_id, kind, settings) values (
  '00000000-0000-4000-a000-000000000001', '00000000-0000-4000-8000-000000000001',
  '00000000-0000-4000-9000-000000000001', 'second_pass', '{"language": "en"}'
);
select pg_temp.become('00000000-0000-4000-8000-000000000003');
set local role authenticated;
select is(
  internal.ask_second_pass('00000000-0000-4000-9000-000000000001', 'en', true), null,
  'a stranger has nothing heard again'
);
select pg_temp.become('00000000-0000-4000-8000-000000000002');
select is(
  internal.ask_second_pass('00000000-0000-4000-9000-000000000001', 'fr', true),
  '00000000-0000-4000-a000-000000000001', 'a guest gets the one that waits'
);
select is((select count(*) from public.jobs), 0::bigint, 'which is not the guest''s');
reset role;
select is(
  (select settings from public.jobs where id = '00000000-0000-4000-a000-000000000001'), '{"language": "en"}',
  'and a guest chooses nothing'
);
select pg_temp.become('00000000-0000-4000-8000-000000000001');
set local role authenticated;
select is(
  internal.ask_second_pass('00000000-0000-4000-9000-000000000001', 'fr', true),
  '00000000-0000-4000-a000-000000000001', 'the owner gets the same one'
);
select is(
  (select settings from public.jobs), '{"language": "fr", "is_chosen": true}',
  'which does from now on what the owner has asked for'
);

-- Fifty jobs of an account wait at most.
reset role;
select pg_temp.wait(48);
set local role authenticated;
select isnt(
  internal.add_job('00000000-0000-4000-9000-000000000001', 'retranscribe', '{}', 'normal'), null,
  'fifty jobs may wait'
);
select throws_ok(
  $$select internal.add_job('00000000-0000-4000-9000-000000000001', 'retranscribe', '{}', 'normal')$$,
  '53400', null, 'and not one more'
);
reset role;
select throws_ok(
  $$select internal.add_upload(
    '00000000-0000-4000-8000-000000000001', 'Weekly', 'en', 'a.wav', 'audio/a', 'local', 1, 'x', 1, 'wav', 'audio/wav',
    16000, 1, '{}', 'normal', 'x'
  )$$,
  '53400', null, 'also not for an upload'
);
select pg_temp.become('00000000-0000-4000-8000-000000000002');
set local role authenticated;
select isnt(
  internal.add_job('00000000-0000-4000-9000-000000000001', 'retranscribe', '{}', 'normal'), null,
  'others are not concerned'
);
reset role;
update public.jobs set status = 'cancelled', completed_at = now()
where user_id = '00000000-0000-4000-8000-000000000001' and kind = 'retranscribe';
select pg_temp.become('00000000-0000-4000-8000-000000000001');
set local role authenticated;
select isnt(
  internal.add_job('00000000-0000-4000-9000-000000000001', 'retranscribe', '{}', 'normal'), null,
  'what is over makes room'
);

select * from finish();
rollback;
