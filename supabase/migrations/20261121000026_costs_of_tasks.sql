-- Whoever follows a task is also told what it has spent on language models.

drop function internal.followed_jobs(uuid[]);
create function internal.followed_jobs(wanted uuid[])
returns table (
  id uuid, session_id uuid, kind text, status text, progress smallint, step text, result jsonb, error text,
  error_code text, prompt_tokens bigint, completion_tokens bigint, cost_cents double precision,
  created_at timestamptz, started_at timestamptz, completed_at timestamptz, updated_at timestamptz
)
language sql stable security definer set search_path = ''
as $$
  select
    job.id, job.session_id, job.kind, job.status, job.progress, job.step, job.result, job.error,
    job.error_code, job.prompt_tokens, job.completion_tokens, job.cost_cents,
    job.created_at, job.started_at, job.completed_at, job.updated_at
  from public.jobs as job
  where job.id = any (wanted)
$$;

revoke all on all functions in schema internal from public;
grant execute on function internal.followed_jobs(uuid[]) to intrascribe_api;
