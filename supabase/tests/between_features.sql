-- What one feature does to the rows of another.
begin;
select plan(9);

insert into auth.users (id, email) values
  ('00000000-0000-4000-8000-000000000001', 'owner@example.com'),
  ('00000000-0000-4000-8000-000000000002', 'guest@example.com');
insert into public.recording_sessions (id, user_id, title, language, status) values
  ('00000000-0000-4000-9000-000000000001', '00000000-0000-4000-8000-000000000001', 'Weekly', 'en', 'recording'),
  ('00000000-0000-4000-9000-000000000002', '00000000-0000-4000-8000-000000000001', 'Other', 'en', 'created');
insert into public.session_members (session_id, user_id, role) values
  ('00000000-0000-4000-9000-000000000001', '00000000-0000-4000-8000-000000000002', 'participant');
insert into public.ai_summaries (session_id, user_id, summary, participants)
select session_id, '00000000-0000-4000-8000-000000000001', summary, participants::jsonb
from (values
  ('00000000-0000-4000-9000-000000000001'::uuid, 'names', '["Ann", "Bob", "Ann-Marie"]'),
  ('00000000-0000-4000-9000-000000000001', 'objects', '[{"name": "Bob", "role": "host"}, 7, {"name": "Ann"}, "Bob"]'),
  ('00000000-0000-4000-9000-000000000002', 'elsewhere', '["Ann"]')
) as made (session_id, summary, participants);
select internal.store_captions(jsonb_agg(jsonb_build_object(
  'session_id', '00000000-0000-4000-9000-000000000001', 'segment_id', name, 'revision', 0, 'final', true, 'text', said,
  'start', place, 'end', place + 1, 'participant_identity', name, 'participant_name', name, 'track_sid', 'TR_a'
)))
from (values (1, 'Ann', 'first'), (2, 'Bob', ''), (3, 'Ann', ''), (4, 'Eve', 'last')) as line (place, name, said);

create function pg_temp.become(account integer) returns void language sql as $$
  select set_config(
    'request.jwt.claims',
    json_build_object('sub', '00000000-0000-4000-8000-00000000000' || account, 'role', 'authenticated')::text, true
  )
$$;
create function pg_temp.participants(of_summary text) returns jsonb language sql as $$
  select participants from public.ai_summaries where summary = of_summary
$$;
create function pg_temp.rename(was text, becomes text, spoken text) returns bigint language sql as $$
  select count(*) from internal.rename_speaker('00000000-0000-4000-9000-000000000001', was, becomes, spoken)
$$;

select internal.set_session_status('00000000-0000-4000-9000-000000000001', 'completed', now());
select is(
  (select content from public.transcriptions where is_current), E'first\nlast',
  'what has no words leaves no line in a finished transcript'
);
select is((select word_count from public.transcriptions where is_current), 2, 'and its words are counted');

select pg_temp.become(2);
set local role authenticated;
select is(pg_temp.rename('Ann', 'Anna', null), 0::bigint, 'a guest renames nobody');
select is(pg_temp.participants('names'), '["Ann", "Bob", "Ann-Marie"]', 'in summaries neither');

select pg_temp.become(1);
select is(pg_temp.rename('Ann', 'Bob', null), 1::bigint, 'the owner makes two speakers one');
select is(pg_temp.participants('names'), '["Bob", "Ann-Marie"]', 'who are one in summaries, too');
select is(
  pg_temp.participants('objects'), '[{"name": "Bob", "role": "host"}, 7, {"name": "Bob"}, "Bob"]',
  'objects are renamed where they have a name, and what else there is stays'
);
select is(pg_temp.participants('elsewhere'), '["Ann"]', 'other sessions are left alone');
select pg_temp.rename('Bob', 'Ann', 'Ann');
select is(pg_temp.participants('names'), '["Bob", "Ann-Marie"]', 'speakers who are taken apart stay one in summaries');

select * from finish();
rollback;
