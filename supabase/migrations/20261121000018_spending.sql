-- What a job has spent on language models, in all of its attempts, whatever became of them.

alter table public.jobs
  add column prompt_tokens bigint default 0 check (prompt_tokens >= 0),
  add column completion_tokens bigint default 0 check (completion_tokens >= 0),
  add column cost_cents double precision default 0 check (cost_cents >= 0),
  add column known_cents double precision not null default 0 check (known_cents >= 0);
comment on column public.jobs.cost_cents is 'Null, as the tokens, once something of unknown cost is among it';
comment on column public.jobs.known_cents is 'What of it is known, and counts against the budget of the job';

create function internal.spending_of_job(job uuid)
returns table (prompt_tokens bigint, completion_tokens bigint, cost_cents double precision, known_cents double precision)
language sql stable security definer set search_path = ''
as $$
  select spent.prompt_tokens, spent.completion_tokens, spent.cost_cents, spent.known_cents
  from public.jobs as spent
  where spent.id = spending_of_job.job
$$;

-- What came to it since then. Also by an attempt that has lost its job: its questions are paid, too.
create function internal.add_spending(
  job uuid, prompt_tokens bigint, completion_tokens bigint, cost_cents double precision, known_cents double precision
) returns void
language sql volatile security definer set search_path = ''
as $$
  update public.jobs as spent
  set
    prompt_tokens = spent.prompt_tokens + add_spending.prompt_tokens,
    completion_tokens = spent.completion_tokens + add_spending.completion_tokens,
    cost_cents = spent.cost_cents + add_spending.cost_cents,
    known_cents = spent.known_cents + add_spending.known_cents
  where spent.id = add_spending.job
$$;

revoke all on all functions in schema internal from public;
grant execute on function
  internal.spending_of_job(uuid),
  internal.add_spending(uuid, bigint, bigint, double precision, double precision)
to intrascribe_api;
