-- Templates, summaries and settings: what is one's own, what is everybody's, and what belongs to a session.
begin;
select plan(37);

insert into auth.users (id, email) values
  ('00000000-0000-4000-8000-000000000001', 'owner@example.com'),
  ('00000000-0000-4000-8000-000000000002', 'guest@example.com'),
  ('00000000-0000-4000-8000-000000000003', 'stranger@example.com');

create function pg_temp.become(account text) returns void language sql as $$
  select set_config('request.jwt.claims', json_build_object('sub', account, 'role', 'authenticated')::text, true)
$$;
create temp table given as
  select '5b1f0c4e-0001-4e00-8000-000000000002'::uuid as system_template, null::uuid as template, null::uuid as session,
    null::text as invite_code, null::uuid as transcription, null::uuid as summary, null::uuid as other_session;
grant select, update on given to authenticated, anon;

-- The owner.
select pg_temp.become('00000000-0000-4000-8000-000000000001');
set local role authenticated;
select is((select count(*) from public.summary_templates), 12::bigint, 'everybody sees the templates of the system');
select is(
  (select name from public.summary_templates where id = (select system_template from given)), '通用会议纪要',
  'under ids that do not change'
);
with created as (
  insert into public.summary_templates (user_id, name, template_content, is_default)
  values (auth.uid(), 'Mine', '{summary}', true) returning id
)
update given set template = created.id from created;
select throws_ok(
  $$insert into public.summary_templates (user_id, name, template_content, is_default)
    values (auth.uid(), 'Second', '{summary}', true)$$,
  '23505', null, 'an account has one default template'
);
select throws_ok(
  $$insert into public.summary_templates (user_id, name, template_content) values (null, 'System', '{summary}')$$,
  '42501', null, 'nobody makes a template of the system'
);
with changed as (
  update public.summary_templates set name = 'Taken' where user_id is null returning 1
)
select is((select count(*) from changed), 0::bigint, 'nobody changes one');
select throws_ok(
  $$update public.summary_templates set usage_count = 1000$$, '42501', null, 'nobody says how much a template is used'
);
select throws_ok(
  $$update public.summary_templates set user_id = null$$, '42501', null, 'nobody gives a template to everybody'
);
select throws_ok($$delete from public.summary_templates$$, '42501', null, 'nobody deletes a template from the table');

with created as (
  insert into public.recording_sessions (user_id, title) values (auth.uid(), 'Weekly') returning id, invite_code
)
update given set session = created.id, invite_code = created.invite_code from created;
with created as (
  insert into public.recording_sessions (user_id, title) values (auth.uid(), 'Other') returning id
)
update given set other_session = created.id from created;
reset role;
insert into public.transcriptions (session_id, user_id, source, language)
  select other_session, '00000000-0000-4000-8000-000000000001', 'live', 'en' from given;
update given set transcription = (select id from public.transcriptions);
set local role authenticated;

with created as (
  insert into public.ai_summaries (session_id, user_id, summary, template_id)
  select session, auth.uid(), 'short', template from given returning id
)
update given set summary = created.id from created;
select is(
  (select usage_count from public.summary_templates where id = (select template from given)), 1, 'uses are counted'
);
select ok(
  (select updated_at = created_at from public.summary_templates where id = (select template from given)),
  'and being used is no change'
);
select lives_ok(
  $$insert into public.ai_summaries (session_id, user_id, summary, template_id)
    select session, auth.uid(), 'short', system_template from given$$,
  'a summary may be made with a template of the system'
);
select throws_ok(
  $$insert into public.ai_summaries (session_id, user_id, summary, transcription_id)
    select session, auth.uid(), 'short', transcription from given$$,
  '42501', null, 'a summary is of a text of its own session'
);
select throws_ok(
  $$update public.ai_summaries set transcription_id = (select transcription from given)$$,
  '42501', null, 'and stays so'
);
select throws_ok(
  $$update public.ai_summaries set quality_rating = 6$$, '23514', null, 'ratings end at five'
);
select throws_ok(
  $$update public.ai_summaries set key_points = '{}'$$, '23514', null, 'points are a list'
);
select lives_ok(
  $$insert into public.user_settings (user_id, preferred_language) values (auth.uid(), 'de-DE')$$, 'an account chooses'
);
select throws_ok(
  $$update public.user_settings set summary_style = 'endless'$$, '23514', null, 'among what there is'
);
select lives_ok(
  $$update public.users set username = 'olga' where id = auth.uid()$$, 'an account chooses what it is called'
);

-- A guest reads the summaries of the session, and nothing else of the owner's.
reset role;
select pg_temp.become('00000000-0000-4000-8000-000000000002');
set local role authenticated;
select is((select count(*) from public.ai_summaries), 0::bigint, 'before joining a guest sees no summary');
select internal.join_session((select invite_code from given));
select is((select count(*) from public.ai_summaries), 2::bigint, 'a guest reads the summaries of the session');
select throws_ok(
  $$insert into public.ai_summaries (session_id, user_id, summary) select session, auth.uid(), 'mine' from given$$,
  '42501', null, 'a guest saves none'
);
with changed as (update public.ai_summaries set summary = 'forged' returning 1)
select is((select count(*) from changed), 0::bigint, 'a guest changes none');
with deleted as (delete from public.ai_summaries returning 1)
select is((select count(*) from deleted), 0::bigint, 'a guest deletes none');
select is((select count(*) from public.summary_templates), 12::bigint, 'a guest sees no template of the owner');
select is((select count(*) from public.user_settings), 0::bigint, 'a guest does not see what the owner prefers');
select is(
  internal.delete_template((select template from given)), false, 'a guest does not delete a template of the owner'
);
select is(
  internal.clear_live_transcription((select session from given)), false, 'a guest does not clear what was said'
);

-- A stranger sees and writes nothing.
reset role;
select pg_temp.become('00000000-0000-4000-8000-000000000003');
set local role authenticated;
select is((select count(*) from public.ai_summaries), 0::bigint, 'a stranger sees no summary');
select throws_ok(
  $$insert into public.user_settings (user_id) values ('00000000-0000-4000-8000-000000000001')$$,
  '42501', null, 'a stranger chooses for nobody else'
);
select throws_ok(
  $$insert into public.summary_templates (user_id, name, template_content)
    values ('00000000-0000-4000-8000-000000000001', 'Planted', '{summary}')$$,
  '42501', null, 'a stranger gives nobody a template'
);
insert into public.recording_sessions (user_id, title) values (auth.uid(), 'Own');
select throws_ok(
  format(
    $$insert into public.ai_summaries (session_id, user_id, summary, template_id)
      select id, auth.uid(), 'short', %L from public.recording_sessions where user_id = auth.uid()$$,
    (select template from given)
  ), '42501', null, 'a stranger makes no summary with a template of the owner'
);

-- Deleting.
reset role;
select pg_temp.become('00000000-0000-4000-8000-000000000001');
set local role authenticated;
select is(internal.delete_template((select template from given)), true, 'an account deletes its template');
select is(internal.delete_template((select template from given)), false, 'once');
select is((select count(*) from public.summary_templates), 12::bigint, 'it is gone');
select is(
  (select template_id from public.ai_summaries where id = (select summary from given)), (select template from given),
  'but for what was made with it'
);
select is(
  internal.clear_live_transcription((select other_session from given)), true, 'an owner clears what was said'
);
reset role;
select is((select count(*) from public.transcriptions), 0::bigint, 'and then it is forgotten');

select * from finish();
rollback;
