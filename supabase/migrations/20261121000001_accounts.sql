-- Accounts, the role of the API, and what every later migration stands on.
-- Applied unchanged by the Supabase CLI and on a plain Postgres behind embedded/bootstrap: no extensions, no superuser.

create schema if not exists internal;
comment on schema internal is 'Functions for policies and for the API itself; never exposed by PostgREST';
revoke all on schema internal from public;

-- The login of the API. A deployment gives it LOGIN and a password. It can become `authenticated` and nothing more.
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'intrascribe_api') then
    create role intrascribe_api nologin noinherit;
  end if;
end
$$;
grant authenticated to intrascribe_api;
grant usage on schema internal to intrascribe_api, authenticated;

create table public.users (
  id uuid primary key references auth.users (id) on delete cascade,
  email text,
  username text not null,
  full_name text,
  avatar_url text,
  is_active boolean not null default true,
  preferences jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

alter table public.users enable row level security;
-- Supabase grants every new table to everyone; what is allowed is what is written here.
revoke all on public.users from public, anon, authenticated, service_role;
grant select, update (full_name, avatar_url, preferences) on public.users to authenticated;
grant all on public.users to service_role;

create policy users_read_own on public.users for select to authenticated using (id = (select auth.uid()));
create policy users_change_own on public.users for update to authenticated
  using (id = (select auth.uid())) with check (id = (select auth.uid()));

create function internal.touch_updated_at() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.updated_at := now();
  return new;
end
$$;

create trigger touch_updated_at before update on public.users
  for each row execute function internal.touch_updated_at();

create function internal.handle_auth_user() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.users (id, email, username, full_name, avatar_url)
  values (
    new.id,
    new.email,
    coalesce(nullif(new.raw_user_meta_data ->> 'username', ''), nullif(split_part(new.email, '@', 1), ''), 'user'),
    coalesce(new.raw_user_meta_data ->> 'full_name', new.raw_user_meta_data ->> 'name'),
    new.raw_user_meta_data ->> 'avatar_url'
  )
  on conflict (id) do update set email = excluded.email;
  return null;
end
$$;

create trigger intrascribe_user after insert or update of email on auth.users
  for each row execute function internal.handle_auth_user();

-- Accounts that are older than this migration.
insert into public.users (id, email, username, full_name, avatar_url)
select
  id,
  email,
  coalesce(nullif(raw_user_meta_data ->> 'username', ''), nullif(split_part(email, '@', 1), ''), 'user'),
  coalesce(raw_user_meta_data ->> 'full_name', raw_user_meta_data ->> 'name'),
  raw_user_meta_data ->> 'avatar_url'
from auth.users;

revoke all on all functions in schema internal from public;
