-- Audio files belong to their session, and no object in storage outlives the row that names it.
begin;
select plan(27);

insert into auth.users (id, email) values
  ('00000000-0000-4000-8000-000000000001', 'owner@example.com'),
  ('00000000-0000-4000-8000-000000000002', 'guest@example.com'),
  ('00000000-0000-4000-8000-000000000003', 'stranger@example.com');

create function pg_temp.become(account text) returns void language sql as $$
  select set_config('request.jwt.claims', json_build_object('sub', account, 'role', 'authenticated')::text, true)
$$;
create function pg_temp.completed(file uuid, path text) returns boolean language sql as $$
  select internal.complete_audio_file(file, path, 'bucket', 7, repeat('a', 64), 1.5, 'wav', 'audio/wav', 16000, 1)
$$;

insert into public.recording_sessions (id, user_id, title) values
  ('00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-000000000001', 'Weekly'),
  ('00000000-0000-4000-8000-00000000000b', '00000000-0000-4000-8000-000000000002', 'Guest''s');
insert into public.session_members (session_id, user_id, role)
values ('00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-000000000002', 'participant');

select pg_temp.become('00000000-0000-4000-8000-000000000001');
set local role authenticated;
select lives_ok(
  $$insert into public.audio_files (id, session_id, user_id, original_filename, file_size_bytes)
    values ('00000000-0000-4000-8000-0000000000f1', '00000000-0000-4000-8000-00000000000a', auth.uid(), 'a.wav', 5)$$,
  'an owner announces a file'
);
select is(
  (select storage_path from public.audio_files), 'uploads/00000000-0000-4000-8000-0000000000f1',
  'its place follows from its id'
);
select throws_ok(
  $$insert into public.audio_files (session_id, user_id, original_filename, file_size_bytes, storage_path)
    values ('00000000-0000-4000-8000-00000000000a', auth.uid(), 'a.wav', 5, 'audio/of/another')$$,
  '42501', null, 'nobody names the object of another'
);
select throws_ok(
  $$insert into public.audio_files (session_id, user_id, original_filename, file_size_bytes)
    values ('00000000-0000-4000-8000-00000000000b', auth.uid(), 'a.wav', 5)$$,
  '42501', null, 'nobody adds a file to the session of another'
);
select throws_ok(
  $$update public.audio_files set storage_path = 'audio/of/another'$$, '42501', null, 'nobody moves a file'
);
select throws_ok(
  $$update public.audio_files set upload_status = 'completed'$$, '42501', null, 'nobody calls an upload completed'
);
select throws_ok('select * from internal.deleted_objects', '42501', null, 'accounts do not see what is to be removed');

reset role;
select pg_temp.become('00000000-0000-4000-8000-000000000002');
set local role authenticated;
select is((select count(*) from public.audio_files), 1::bigint, 'a guest sees the files of the session');
select throws_ok(
  $$insert into public.audio_files (session_id, user_id, original_filename, file_size_bytes)
    values ('00000000-0000-4000-8000-00000000000a', auth.uid(), 'a.wav', 5)$$,
  '42501', null, 'a guest adds no file'
);
with deleted as (delete from public.audio_files returning 1)
select is((select count(*) from deleted), 0::bigint, 'a guest deletes no file');

reset role;
select pg_temp.become('00000000-0000-4000-8000-000000000003');
set local role authenticated;
select is((select count(*) from public.audio_files), 0::bigint, 'a stranger sees no file');
reset role;
set local role anon;
select throws_ok('select * from public.audio_files', '42501', null, 'a visitor has no access');
reset role;

select is(
  (select storage_path from internal.audio_upload('00000000-0000-4000-8000-0000000000f1')),
  'uploads/00000000-0000-4000-8000-0000000000f1', 'a pending upload takes content'
);
select is_empty(
  $$select * from internal.audio_content('00000000-0000-4000-8000-0000000000f1')$$, 'a pending upload has no content'
);
select is(
  pg_temp.completed('00000000-0000-4000-8000-0000000000f1', 'audio/1/a'), false,
  'an object that was not reserved completes nothing'
);
select internal.reserve_object('audio/1/a');
select internal.reserve_object('audio/1/b');
select is(pg_temp.completed('00000000-0000-4000-8000-0000000000f1', 'audio/1/a'), true, 'a reserved one does');
select is(pg_temp.completed('00000000-0000-4000-8000-0000000000f1', 'audio/1/b'), false, 'the first one wins');
select is(
  (select storage_path from internal.audio_content('00000000-0000-4000-8000-0000000000f1')), 'audio/1/a',
  'and is the content'
);
select is_empty(
  $$select * from internal.audio_upload('00000000-0000-4000-8000-0000000000f1')$$, 'a completed upload takes no content'
);
select set_eq(
  'select internal.take_deleted_objects(10)',
  array['uploads/00000000-0000-4000-8000-0000000000f1', 'audio/1/b'],
  'the place of the upload and the object that lost are to be removed'
);
select is_empty('select internal.take_deleted_objects(10)', 'what one has taken, another does not get');
select internal.objects_deleted(array['uploads/00000000-0000-4000-8000-0000000000f1', 'audio/1/b']);
select results_eq(
  'select storage_path, due_at > now() + interval ''2 hours'' from internal.deleted_objects',
  $$values ('uploads/00000000-0000-4000-8000-0000000000f1', true)$$,
  'a place that may still be written to is looked at once more'
);
select internal.reserve_object('audio/1/c');
update internal.deleted_objects set due_at = now() where storage_path = 'audio/1/c';
select internal.take_deleted_objects(10);
select is(
  pg_temp.completed('00000000-0000-4000-8000-0000000000f1', 'audio/1/c'), false,
  'an object whose removal has begun completes nothing'
);

delete from public.recording_sessions where id = '00000000-0000-4000-8000-00000000000a';
select is(
  (select due_at <= now() and again_at is null from internal.deleted_objects where storage_path = 'audio/1/a'), true,
  'the files of a deleted session are to be removed'
);
insert into public.audio_files (id, session_id, user_id, original_filename, file_size_bytes, upload_expires_at)
values
  (
    '00000000-0000-4000-8000-0000000000f2', '00000000-0000-4000-8000-00000000000b',
    '00000000-0000-4000-8000-000000000002', 'b.wav', 5, now() - interval '2 hours'
  ),
  (
    '00000000-0000-4000-8000-0000000000f3', '00000000-0000-4000-8000-00000000000b',
    '00000000-0000-4000-8000-000000000002', 'c.wav', 5, now() - interval '10 minutes'
  );
select is(internal.expire_uploads(), 1, 'an upload that nobody completed is forgotten after a while');
delete from auth.users where id = '00000000-0000-4000-8000-000000000002';
select is(
  (select count(*) from internal.deleted_objects where storage_path like 'uploads/%f3'), 1::bigint,
  'the files of a deleted account are to be removed'
);
select throws_ok(
  $$insert into public.audio_files (session_id, user_id, original_filename, file_size_bytes, upload_status)
    values ('00000000-0000-4000-8000-00000000000b', '00000000-0000-4000-8000-000000000002', 'd', 5, 'completed')$$,
  '23514', null, 'a file is not completed before it is known what it is'
);

select * from finish();
rollback;
