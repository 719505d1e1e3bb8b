-- What belongs to others is neither seen nor changed; who was invited reads, and changes nothing of the owner's.
begin;
select plan(42);

insert into auth.users (id, email) values
  ('00000000-0000-4000-8000-000000000001', 'owner@example.com'),
  ('00000000-0000-4000-8000-000000000002', 'guest@example.com'),
  ('00000000-0000-4000-8000-000000000003', 'stranger@example.com');

create function pg_temp.become(account text) returns void language sql as $$
  select set_config('request.jwt.claims', json_build_object('sub', account, 'role', 'authenticated')::text, true)
$$;

-- The owner creates a session, words are said in it, and somebody is invited.
select pg_temp.become('00000000-0000-4000-8000-000000000001');
set local role authenticated;
select lives_ok(
  $$insert into public.recording_sessions (user_id, title) values (auth.uid(), 'Weekly') returning id$$,
  'an account creates a session of its own and reads it back'
);
select throws_ok(
  $$insert into public.recording_sessions (user_id, title) values ('00000000-0000-4000-8000-000000000002', 'Not mine')$$,
  '42501', null, 'nobody creates a session for another account'
);
select throws_ok(
  $$insert into public.recording_sessions (user_id, title, invite_code) values (auth.uid(), 'Weak', 'guess')$$,
  '42501', null, 'nobody chooses an invitation code'
);
select is(
  (select count(*) from public.session_members where role = 'owner'), 1::bigint, 'the owner is the first member'
);
reset role;
create temp table given as select id, invite_code, user_id from public.recording_sessions;
grant select on given to authenticated, anon;
select is(
  internal.store_captions(jsonb_build_array(jsonb_build_object(
    'session_id', (select id from given), 'segment_id', 'TR_a-0', 'revision', 0, 'final', true, 'text', 'hello',
    'start', 0, 'end', 1, 'participant_identity', 'p', 'participant_name', 'Owner', 'track_sid', 'TR_a'
  ))), 1, 'the service stores a caption'
);
select cmp_ok(
  (select length(invite_code) from given), '>=', 22, 'an invitation code carries more than 120 random bits'
);
select matches((select invite_code from given), '^[A-Za-z0-9_-]+$', 'an invitation code needs no escaping in a URL');

select pg_temp.become('00000000-0000-4000-8000-000000000002');
set local role authenticated;
select is((select count(*) from public.recording_sessions), 0::bigint, 'before joining a guest sees no session');
select is(internal.join_session('guess'), null, 'a wrong code opens nothing');
select is(internal.join_session((select invite_code from given)), (select id from given), 'the code opens the session');
select is(internal.join_session((select invite_code from given)), (select id from given), 'joining again does no harm');
select is((select count(*) from public.recording_sessions), 1::bigint, 'a guest reads the session');
select is((select count(*) from public.transcriptions), 1::bigint, 'a guest reads the transcript');
select is((select count(*) from public.transcript_segments), 1::bigint, 'a guest reads the segments');
select is((select count(*) from public.session_members), 2::bigint, 'a guest sees who belongs to the session');
select is((select count(*) from public.users), 1::bigint, 'a guest sees no account but its own');
with changed as (update public.recording_sessions set title = 'Taken' returning 1)
select is((select count(*) from changed), 0::bigint, 'a guest does not change the session');
with deleted as (delete from public.recording_sessions returning 1)
select is((select count(*) from deleted), 0::bigint, 'a guest does not delete the session');
select throws_ok(
  $$update public.recording_sessions set user_id = auth.uid()$$, '42501', null, 'a guest does not take the session over'
);
select throws_ok(
  $$update public.session_members set role = 'owner'$$, '42501', null, 'a guest does not become the owner'
);
select throws_ok($$delete from public.session_members$$, '42501', null, 'a guest does not remove the owner');
select throws_ok(
  $$update public.transcript_segments set text = 'forged'$$, '42501', null, 'a guest does not change what was said'
);
select throws_ok($$delete from public.transcriptions$$, '42501', null, 'a guest does not delete the transcript');

-- Somebody else sees nothing in any table, and writes nothing.
reset role;
select pg_temp.become('00000000-0000-4000-8000-000000000003');
set local role authenticated;
select is((select count(*) from public.users), 1::bigint, 'a stranger sees its own account alone');
select is((select count(*) from public.recording_sessions), 0::bigint, 'a stranger sees no session');
select is((select count(*) from public.session_members), 0::bigint, 'a stranger sees no members');
select is((select count(*) from public.transcriptions), 0::bigint, 'a stranger sees no transcript');
select is((select count(*) from public.transcript_segments), 0::bigint, 'a stranger sees no segments');
with changed as (update public.recording_sessions set title = 'Taken' returning 1)
select is((select count(*) from changed), 0::bigint, 'a stranger changes no session');
with deleted as (delete from public.recording_sessions returning 1)
select is((select count(*) from deleted), 0::bigint, 'a stranger deletes no session');
with changed as (
  update public.users set full_name = 'Taken' where id <> '00000000-0000-4000-8000-000000000003' returning 1
)
select is((select count(*) from changed), 0::bigint, 'a stranger changes no account but its own');
select throws_ok($$update public.users set is_active = true$$, '42501', null, 'nobody activates an account');
select throws_ok($$update public.users set id = gen_random_uuid()$$, '42501', null, 'nobody becomes another account');
select throws_ok(
  $$insert into public.session_members values ((select id from given), auth.uid(), 'participant')$$,
  '42501', null, 'a stranger does not enter by writing itself down'
);
select throws_ok(
  $$insert into public.transcript_segments (transcription_id, session_id, segment_id, revision, speaker, text, start_time, end_time)
    values (gen_random_uuid(), (select id from given), 'x', 0, 'x', 'x', 0, 0)$$,
  '42501', null, 'a stranger says nothing in a transcript'
);

-- Without an account there is nothing at all.
reset role;
select set_config('request.jwt.claims', '{"role": "anon"}', true);
set local role anon;
select throws_ok($$select from public.users$$, '42501', null, 'anonymous visitors do not read accounts');
select throws_ok($$select from public.recording_sessions$$, '42501', null, 'anonymous visitors do not read sessions');
select throws_ok($$select from public.session_members$$, '42501', null, 'anonymous visitors do not read members');
select throws_ok($$select from public.transcriptions$$, '42501', null, 'anonymous visitors do not read transcripts');
select throws_ok($$select from public.transcript_segments$$, '42501', null, 'anonymous visitors do not read segments');
select throws_ok(
  $$select internal.join_session((select invite_code from given))$$, '42501', null, 'anonymous visitors do not join'
);
reset role;

-- Leaving an account takes its sessions with it.
delete from auth.users where id = '00000000-0000-4000-8000-000000000001';
select is(
  (select count(*) from public.transcript_segments), 0::bigint, 'a deleted account leaves nothing that was said'
);

select * from finish();
rollback;
