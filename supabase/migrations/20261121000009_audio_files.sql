-- Audio files of sessions, and the objects in storage that no row names any more.

create table public.audio_files (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references public.recording_sessions (id) on delete cascade,
  user_id uuid not null references public.users (id) on delete cascade,
  original_filename text not null check (char_length(original_filename) between 1 and 255),
  storage_path text not null unique,
  storage_bucket text,
  file_size_bytes bigint not null check (file_size_bytes > 0),
  file_hash text check (file_hash ~ '^[0-9a-f]{64}$'),
  duration_seconds double precision check (duration_seconds > 0),
  format text,
  mime_type text,
  sample_rate integer check (sample_rate > 0),
  channels integer check (channels > 0),
  upload_status text not null default 'pending' check (upload_status in ('pending', 'completed')),
  processing_status text not null default 'pending' check (
    processing_status in ('pending', 'processing', 'completed', 'failed')
  ),
  upload_expires_at timestamptz not null default now() + interval '1 hour',
  completed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (
    upload_status = 'pending'
    or (completed_at is not null and file_hash is not null and mime_type is not null and duration_seconds is not null)
  )
);
comment on column public.audio_files.file_size_bytes is 'What was announced, and what arrived once it is completed';
comment on column public.audio_files.file_hash is 'SHA-256 in hexadecimal, like the size';

create index audio_files_of_session on public.audio_files (session_id, completed_at desc);
create index audio_files_of_user on public.audio_files (user_id);
create index audio_files_pending on public.audio_files (upload_expires_at) where upload_status = 'pending';

-- Objects to remove from storage. Whoever is about to write an object enters it here first and takes it out in the
-- transaction that stores its row: what a process that died has left is found and removed.
create table internal.deleted_objects (
  storage_path text primary key,
  due_at timestamptz not null default now(),
  again_at timestamptz,
  attempts integer not null default 0
);
comment on column internal.deleted_objects.again_at is
  'Remove it once more then: until then an upload that has begun may still write it';
alter table internal.deleted_objects enable row level security;
revoke all on internal.deleted_objects from public, anon, authenticated, service_role;
create index deleted_objects_due on internal.deleted_objects (due_at);

-- The place of an upload follows from its id, so that no account can name the object of another.
create function internal.place_upload() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.storage_path := 'uploads/' || new.id;
  return new;
end
$$;

create trigger place_upload before insert on public.audio_files
  for each row execute function internal.place_upload();
create trigger touch_updated_at before update on public.audio_files
  for each row execute function internal.touch_updated_at();

create function internal.release_object() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into internal.deleted_objects as known (storage_path, due_at, again_at)
  values (
    old.storage_path,
    now(),
    case old.upload_status when 'pending' then old.upload_expires_at + interval '2 hours' end
  )
  on conflict (storage_path) do update set due_at = excluded.due_at, again_at = excluded.again_at;
  return null;
end
$$;

create trigger release_deleted_object after delete on public.audio_files
  for each row execute function internal.release_object();
create trigger release_replaced_object after update of storage_path on public.audio_files
  for each row when (old.storage_path <> new.storage_path) execute function internal.release_object();

alter table public.audio_files enable row level security;
revoke all on public.audio_files from public, anon, authenticated, service_role;
grant select, insert (id, session_id, user_id, original_filename, file_size_bytes, file_hash), delete
on public.audio_files to authenticated;
grant all on public.audio_files to service_role;

create policy audio_files_read_as_member on public.audio_files for select to authenticated
  using (session_id in (select internal.my_sessions()));
create policy audio_files_add_to_own on public.audio_files for insert to authenticated
  with check (
    user_id = (select auth.uid())
    and exists (
      select from public.recording_sessions as session
      where session.id = session_id and session.user_id = (select auth.uid())
    )
  );
create policy audio_files_delete_own on public.audio_files for delete to authenticated
  using (user_id = (select auth.uid()));

-- What whoever holds a signed link may have: files and uploads by their id alone.
create function internal.audio_content(file_id uuid)
returns table (
  storage_path text, original_filename text, mime_type text, file_size_bytes bigint, file_hash text,
  completed_at timestamptz
)
language sql stable security definer set search_path = ''
as $$
  select
    file.storage_path, file.original_filename, file.mime_type, file.file_size_bytes, file.file_hash, file.completed_at
  from public.audio_files as file
  where file.id = file_id and file.upload_status = 'completed'
$$;

create function internal.audio_upload(file_id uuid)
returns table (storage_path text, file_size_bytes bigint)
language sql stable security definer set search_path = ''
as $$
  select file.storage_path, file.file_size_bytes
  from public.audio_files as file
  where file.id = file_id and file.upload_status = 'pending'
$$;

create function internal.reserve_object(path text) returns void
language sql volatile security definer set search_path = ''
as $$
  insert into internal.deleted_objects (storage_path, due_at) values (path, now() + interval '2 hours')
  on conflict do nothing
$$;

-- The file that `path` was reserved for is whole. False when it is no longer wanted: gone, or completed by another.
create function internal.complete_audio_file(
  file_id uuid, path text, bucket text, size_bytes bigint, hash text, duration double precision,
  format text, mime text, rate integer, channel_count integer
) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  delete from internal.deleted_objects as reserved where reserved.storage_path = path and reserved.attempts = 0;
  if not found then
    return false;
  end if;
  update public.audio_files as file
  set
    storage_path = path,
    storage_bucket = bucket,
    file_size_bytes = size_bytes,
    file_hash = hash,
    duration_seconds = duration,
    format = complete_audio_file.format,
    mime_type = mime,
    sample_rate = rate,
    channels = channel_count,
    upload_status = 'completed',
    completed_at = now()
  where file.id = file_id and file.upload_status = 'pending';
  if not found then
    insert into internal.deleted_objects (storage_path) values (path);
    return false;
  end if;
  return true;
end
$$;

create function internal.expire_uploads() returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  expired integer;
begin
  delete from public.audio_files
  where upload_status = 'pending' and upload_expires_at < now() - interval '1 hour';
  get diagnostics expired = row_count;
  return expired;
end
$$;

-- Several processes may take at once; what one takes comes back, later each time, until it is said to be removed.
create function internal.take_deleted_objects(most integer) returns setof text
language sql volatile security definer set search_path = ''
as $$
  update internal.deleted_objects as taken
  set
    attempts = taken.attempts + 1,
    due_at = now() + least(interval '1 hour', interval '10 seconds' * power(2, least(taken.attempts, 10)))
  from (
    select storage_path from internal.deleted_objects where due_at <= now()
    order by due_at limit most for update skip locked
  ) as due
  where taken.storage_path = due.storage_path
  returning taken.storage_path
$$;

create function internal.objects_deleted(paths text[]) returns void
language sql volatile security definer set search_path = ''
as $$
  delete from internal.deleted_objects
  where storage_path = any (paths) and coalesce(again_at, '-infinity') <= now();
  update internal.deleted_objects set due_at = again_at, again_at = null where storage_path = any (paths)
$$;

revoke all on all functions in schema internal from public;
grant execute on function
  internal.audio_content(uuid),
  internal.audio_upload(uuid),
  internal.reserve_object(text),
  internal.complete_audio_file(
    uuid, text, text, bigint, text, double precision, text, text, integer, integer
  ),
  internal.expire_uploads(),
  internal.take_deleted_objects(integer),
  internal.objects_deleted(text[])
to intrascribe_api;
