-- Lists of one's jobs, newest first, that cost the same however many there are.

-- Of all kinds, of some kinds, of one session, and of those that are not over.
drop index public.jobs_of_user;
create index jobs_of_user on public.jobs (user_id, created_at desc, id desc);
create index jobs_of_user_and_kind on public.jobs (user_id, kind, created_at desc, id desc);
drop index public.jobs_of_session;
create index jobs_of_session on public.jobs (session_id, created_at desc, id desc);
create index jobs_unfinished on public.jobs (user_id, created_at desc, id desc)
  where status in ('pending', 'started');
