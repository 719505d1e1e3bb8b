-- Sessions and who belongs to them.

create function internal.new_invite_code() returns text
language sql volatile set search_path = ''
as $$
  -- 122 random bits as 22 characters that need no escaping in a URL.
  select translate(encode(uuid_send(gen_random_uuid()), 'base64'), '+/=', '-_')
$$;

create table public.recording_sessions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.users (id) on delete cascade,
  title text not null check (char_length(title) between 1 and 200),
  description text,
  status text not null default 'created' check (
    status in ('created', 'recording', 'paused', 'processing', 'completed', 'failed', 'cancelled', 'archived')
  ),
  language text not null default 'zh-CN' check (language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'),
  stt_model text not null default 'local_funasr',
  started_at timestamptz,
  ended_at timestamptz,
  duration_seconds double precision check (duration_seconds >= 0),
  metadata jsonb not null default '{}',
  tags text[] not null default '{}',
  template_id uuid,
  invite_code text not null unique default internal.new_invite_code(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on column public.recording_sessions.started_at is
  'Zero of the session''s clock: set once, when the first person is in the room';

create index recording_sessions_of_user on public.recording_sessions (user_id, created_at desc);

create table public.session_members (
  session_id uuid not null references public.recording_sessions (id) on delete cascade,
  user_id uuid not null references public.users (id) on delete cascade,
  role text not null check (role in ('owner', 'participant')),
  joined_at timestamptz not null default now(),
  primary key (session_id, user_id)
);

create index session_members_of_user on public.session_members (user_id);

-- Reads past the policies of session_members, so that no policy has to call upon itself.
create function internal.my_sessions() returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select session_id from public.session_members where user_id = auth.uid()
$$;

create function internal.enrol_owner() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.session_members (session_id, user_id, role) values (new.id, new.user_id, 'owner');
  return null;
end
$$;

create trigger enrol_owner after insert on public.recording_sessions
  for each row execute function internal.enrol_owner();
create trigger touch_updated_at before update on public.recording_sessions
  for each row execute function internal.touch_updated_at();

-- The one way to become a participant. Returns null for a code that opens nothing.
create function internal.join_session(code text) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  joined uuid;
begin
  select id into joined
  from public.recording_sessions
  where invite_code = code and status not in ('cancelled', 'archived');
  if joined is not null then
    insert into public.session_members (session_id, user_id, role)
    values (joined, auth.uid(), 'participant')
    on conflict do nothing;
  end if;
  return joined;
end
$$;

alter table public.recording_sessions enable row level security;
alter table public.session_members enable row level security;
revoke all on public.recording_sessions, public.session_members from public, anon, authenticated, service_role;
grant all on public.recording_sessions, public.session_members to service_role;

grant
  select,
  insert (user_id, title, description, language, stt_model, metadata, tags),
  update (title, description, language, metadata, tags, status, ended_at, duration_seconds, updated_at),
  delete
on public.recording_sessions to authenticated;
grant select on public.session_members to authenticated;

-- The owner is named beside the membership because a row is returned before its trigger has enrolled him.
create policy sessions_read_as_member on public.recording_sessions for select to authenticated
  using (user_id = (select auth.uid()) or id in (select internal.my_sessions()));
create policy sessions_create_own on public.recording_sessions for insert to authenticated
  with check (user_id = (select auth.uid()));
create policy sessions_change_own on public.recording_sessions for update to authenticated
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
create policy sessions_delete_own on public.recording_sessions for delete to authenticated
  using (user_id = (select auth.uid()));
create policy members_read_as_member on public.session_members for select to authenticated
  using (session_id in (select internal.my_sessions()));

revoke all on all functions in schema internal from public;
grant execute on function internal.new_invite_code(), internal.my_sessions(), internal.join_session(text) to authenticated;
