-- Development accounts on one machine, where no GoTrue creates them. As a superuser, any number of times.

create or replace function internal.ensure_development_user(email text, full_name text) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  account uuid;
begin
  insert into auth.users (email, raw_user_meta_data)
  values (
    lower(ensure_development_user.email),
    jsonb_strip_nulls(jsonb_build_object('full_name', ensure_development_user.full_name))
  )
  on conflict do nothing;
  select id into strict account from auth.users as known where known.email = lower(ensure_development_user.email);
  if ensure_development_user.full_name is not null then
    update public.users as profile
    set full_name = ensure_development_user.full_name
    where profile.id = account and profile.full_name is distinct from ensure_development_user.full_name;
  end if;
  return account;
end
$$;

revoke all on function internal.ensure_development_user(text, text) from public;
grant execute on function internal.ensure_development_user(text, text) to intrascribe_api;

-- An account ends itself; everything that is its own goes with it.
create or replace function internal.delete_own_development_user() returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  delete from auth.users as account where account.id = auth.uid();
  return found;
end
$$;

revoke all on function internal.delete_own_development_user() from public;
grant execute on function internal.delete_own_development_user() to authenticated;
