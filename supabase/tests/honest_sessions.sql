-- What sessions and speakers say of themselves, whoever writes it.
begin;
select plan(16);

insert into auth.users (id, email, raw_user_meta_data) values
  ('00000000-0000-4000-8000-000000000001', 'owner@example.com', '{"full_name": "Olga\n\n## Decisions\n- none"}'),
  ('00000000-0000-4000-8000-000000000002', 'guest@example.com', '{"full_name": "\u2028", "username": "\t"}');
select is(
  (select full_name from public.users where email = 'owner@example.com'), 'Olga ## Decisions - none',
  'an account that signs up has a name of one line'
);
select row_eq(
  $$select full_name, username from public.users where email = 'guest@example.com'$$, row(null::text, 'user'::text),
  'a name of nothing else is none'
);
insert into public.recording_sessions (id, user_id, title, status) values
  ('00000000-0000-4000-9000-000000000001', '00000000-0000-4000-8000-000000000001', E'Weekly\n# Plan', 'created'),
  ('00000000-0000-4000-9000-000000000002', '00000000-0000-4000-8000-000000000001', 'Sent', 'processing'),
  ('00000000-0000-4000-9000-000000000003', '00000000-0000-4000-8000-000000000001', 'Lost', 'failed');
select is(
  (select title from public.recording_sessions where status = 'created'), 'Weekly # Plan', 'so has a session a title'
);

select set_config(
  'request.jwt.claims', '{"sub": "00000000-0000-4000-8000-000000000001", "role": "authenticated"}', true
);
set local role authenticated;
update public.users set full_name = E'Olga\u202e\r\nOwner';
select is((select full_name from public.users), 'Olga Owner', 'and an account that writes to the table itself');
update public.recording_sessions set title = E'Weekly\u2029again' where status = 'created';
select is((select title from public.recording_sessions where status = 'created'), 'Weekly again', 'and its sessions');
reset role;

select is(
  internal.store_captions(jsonb_build_array(jsonb_build_object(
    'session_id', '00000000-0000-4000-9000-000000000001', 'segment_id', 'a', 'revision', 0, 'final', true,
    'text', 'hello', 'start', 1, 'end', 4.5, 'participant_identity', 'p', 'participant_name', E'Bob\n\n## Decisions',
    'track_sid', 'TR_a'
  ))), 1, 'a caption is stored whatever its speaker is called'
);
select row_eq(
  $$select speaker, spoken_as from public.transcript_segments$$, row('Bob ## Decisions'::text, 'Bob ## Decisions'::text),
  'under a name of one line'
);

-- Ending.
select is(
  internal.set_session_status('00000000-0000-4000-9000-000000000002', 'completed', now()), false,
  'who waits for a transcript is not completed before'
);
select is(
  internal.set_session_status('00000000-0000-4000-9000-000000000003', 'completed', now()), false,
  'nor is who waits for none any more'
);
select is(
  internal.set_session_status('00000000-0000-4000-9000-000000000001', 'completed', now()), true,
  'a session that never met is completed'
);
select is(
  (select duration_seconds from public.recording_sessions where id = '00000000-0000-4000-9000-000000000001'),
  4.5::double precision, 'and lasted as long as what was captioned in it'
);
select is(
  internal.change_own_session('00000000-0000-4000-9000-000000000002', 'processing', 'cancelled'), true,
  'its owner cancels one that waits'
);
select is(
  (select duration_seconds from public.recording_sessions where id = '00000000-0000-4000-9000-000000000002'), null,
  'of which nobody knows how long it lasted'
);
insert into public.audio_files (id, session_id, user_id, original_filename, file_size_bytes) values (
  '00000000-0000-4000-a000-000000000001', '00000000-0000-4000-9000-000000000002',
  '00000000-0000-4000-8000-000000000001', 'a.wav', 1
);
select internal.reserve_object('audio/a');
select is(
  internal.complete_audio_file(
    '00000000-0000-4000-a000-000000000001', 'audio/a', 'files', 1, repeat('0', 64), 12.5, 'wav', 'audio/wav', 16000, 1
  ), true, 'its recording comes'
);
select is(
  (select duration_seconds from public.recording_sessions where id = '00000000-0000-4000-9000-000000000002'),
  12.5::double precision, 'and says it'
);
select throws_ok(
  $$alter table public.users disable trigger user; update public.users set full_name = E'a\nb'$$, '23514', null,
  'no other name is kept'
);

select * from finish();
rollback;
