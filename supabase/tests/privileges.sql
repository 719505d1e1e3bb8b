-- What roles may do, as the catalogue has it: so that a table or a function added later cannot be forgotten.
begin;
select plan(13);

select is_empty(
  $$select relname from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relrowsecurity
      and not exists (select from pg_depend where objid = pg_class.oid and deptype = 'e')$$,
  'every table has row-level security'
);
select is_empty(
  $$select table_name, privilege_type from information_schema.table_privileges
    where table_schema = 'public' and grantee in ('anon', 'PUBLIC', 'intrascribe_api')$$,
  'neither visitors nor the login of the API have any privilege on a table'
);
select is_empty(
  $$select table_name, privilege_type from information_schema.table_privileges
    where table_schema = 'public' and grantee = 'authenticated'
      and privilege_type not in ('SELECT', 'INSERT', 'UPDATE', 'DELETE')$$,
  'accounts cannot truncate a table or hang triggers on it'
);
select is_empty(
  $$select proname from pg_proc
    where pronamespace = 'internal'::regnamespace and has_function_privilege('anon', oid, 'execute')$$,
  'visitors may call no internal function'
);
select is_empty(
  $$select proname from pg_proc
    where pronamespace in ('internal'::regnamespace, 'public'::regnamespace) and prosecdef
      and not (coalesce(proconfig, '{}') @> array['search_path=""'])$$,
  'functions with the rights of their owner look nothing up in a path'
);
select set_eq(
  $$select proname::text from pg_proc
    where pronamespace = 'internal'::regnamespace and has_function_privilege('authenticated', oid, 'execute')
      and proname <> 'delete_own_development_user'$$,
  array[
    'add_job',
    'add_segments',
    'ask_second_pass',
    'cancel_own_job',
    'change_own_session',
    'choose_transcription',
    'clear_live_transcription',
    'count_words',
    'delete_template',
    'few_sessions',
    'import_transcription',
    'join_session',
    'mark_job',
    'member_names',
    'my_sessions',
    'new_invite_code',
    'owned_tags',
    'queue_job',
    'record_finalization',
    'rename_speaker',
    'revise_segments',
    'search_segments',
    'search_titles',
    'search_vector',
    'share_microphone'
  ],
  'accounts may call these internal functions'
);
select set_eq(
  $$select proname::text from pg_proc
    where pronamespace = 'internal'::regnamespace and has_function_privilege('intrascribe_api', oid, 'execute')
      and proname <> 'ensure_development_user'$$,
  array[
    'add_second_pass',
    'add_spending',
    'add_upload',
    'age_jobs',
    'audio_content',
    'audio_of_job',
    'audio_upload',
    'complete_audio_file',
    'expire_uploads',
    'fail_job',
    'failed_jobs',
    'finish_job',
    'followed_jobs',
    'give_back_job',
    'hold_live_transcript',
    'join_late_recording',
    'note_default_title',
    'objects_deleted',
    'open_session',
    'queue_job',
    'recorded_people',
    'recording_sessions',
    'report_job',
    'requeue_job',
    'reserve_object',
    'same_upload',
    'session_clock',
    'sessions_in',
    'set_session_status',
    'speaker_names',
    'spending_of_job',
    'start_job',
    'store_captions',
    'store_minutes',
    'store_recording',
    'store_second_pass',
    'store_transcription',
    'take_audio',
    'take_deleted_objects',
    'transcript_of_job',
    'wants_job'
  ],
  'the login of the API may call these internal functions'
);
select set_eq(
  $$select roleid::regrole::text from pg_auth_members where member = 'intrascribe_api'::regrole$$,
  array['authenticated'],
  'the login of the API can become an account'
);
select is_empty(
  $$select rolname from pg_roles
    where rolname <> 'intrascribe_api' and rolname <> 'authenticated'
      and pg_has_role('intrascribe_api', oid, 'member')$$,
  'and nothing more'
);
select is_empty(
  $$select rolname from pg_roles where pg_has_role('authenticated', oid, 'member') and rolname <> 'authenticated'$$,
  'an account can become nothing else'
);
select ok(
  (select not (rolinherit or rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls)
   from pg_roles where rolname = 'intrascribe_api'),
  'the login of the API has no power of its own'
);
select ok(
  not has_schema_privilege('intrascribe_api', 'public', 'create'), 'the login of the API creates nothing'
);
select ok(
  not has_schema_privilege('intrascribe_api', 'internal', 'create')
  and not has_schema_privilege('authenticated', 'internal', 'create'),
  'nobody adds functions to the internal ones'
);

select * from finish();
rollback;
