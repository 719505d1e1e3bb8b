-- What sessions and speakers say of themselves is so: how long they lasted, whether they are over, and who is called what.

-- How long a session lasted that never met: as long as its transcript or its recording, whatever of them comes.
create function internal.measure_session(measured uuid) returns void
language sql volatile set search_path = ''
as $$
  update public.recording_sessions as session
  set duration_seconds = longest.seconds
  from (
    select greatest(
      (
        select max(said.end_time)
        from public.transcriptions as version
        join public.transcript_segments as said on said.transcription_id = version.id and said.text <> ''
        where version.session_id = measured and version.is_current
      ),
      (
        select max(file.duration_seconds) from public.audio_files as file
        where file.session_id = measured and file.upload_status = 'completed' and file.kind <> 'participant'
      )
    ) as seconds
  ) as longest
  where session.id = measured
    and session.status in ('completed', 'failed', 'cancelled', 'archived')
    and (session.started_at is null or session.duration_seconds is null)
    and longest.seconds > coalesce(session.duration_seconds, 0)
$$;

create or replace function internal.settle_live_transcription(settled_session uuid) returns void
language plpgsql volatile set search_path = ''
as $$
declare
  settled uuid;
begin
  update public.transcriptions set status = 'completed'
  where session_id = settled_session and source = 'live'
  returning id into settled;
  if found then
    perform internal.refresh_transcription(settled);
  end if;
  perform internal.measure_session(settled_session);
end
$$;

create function internal.measure_by_file() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform internal.measure_session(new.session_id);
  return null;
end
$$;
create trigger measure_session after update of upload_status on public.audio_files
  for each row when (new.upload_status = 'completed' and new.kind <> 'participant')
  execute function internal.measure_by_file();

-- Only what meets, or never did, ends by being asked to: who waits for a transcript completes with it. Returns whether the
-- status changed.
create or replace function internal.set_session_status(session_id uuid, status text, at timestamptz) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
  changed boolean;
begin
  update public.recording_sessions as session
  set
    status = set_session_status.status,
    ended_at = case set_session_status.status
      when 'completed' then set_session_status.at
      when 'recording' then null
      else session.ended_at
    end,
    duration_seconds = case
      when set_session_status.status = 'completed' and session.started_at is not null
      then greatest(0, extract(epoch from set_session_status.at - session.started_at))
      when set_session_status.status = 'recording' then null
      else session.duration_seconds
    end
  where session.id = set_session_status.session_id
    and session.status <> set_session_status.status
    and session.status not in ('cancelled', 'archived')
    and (set_session_status.status <> 'completed' or session.status in ('created', 'recording', 'paused'));
  changed := found;
  if changed and set_session_status.status = 'completed' then
    perform internal.settle_live_transcription(set_session_status.session_id);
  end if;
  return changed;
end
$$;

-- As before, and a session that never met lasted no time that anybody could know by the clock.
create or replace function internal.change_own_session(session_id uuid, was text, becomes text) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
  over constant boolean := change_own_session.becomes in ('completed', 'cancelled', 'archived');
  changed boolean;
begin
  update public.recording_sessions as session
  set
    status = change_own_session.becomes,
    ended_at = case when over then coalesce(session.ended_at, now()) end,
    duration_seconds = case
      when over and session.duration_seconds is null and session.started_at is not null
      then greatest(0, extract(epoch from now() - session.started_at))
      when over then session.duration_seconds
    end
  where session.id = change_own_session.session_id
    and session.user_id = auth.uid()
    and session.status = change_own_session.was;
  changed := found;
  if changed and over then
    perform internal.settle_live_transcription(change_own_session.session_id);
  end if;
  return changed;
end
$$;

-- Sessions that never met were said to have lasted no time at all.
update public.recording_sessions set duration_seconds = null where duration_seconds = 0 and started_at is null;
select internal.measure_session(id) from public.recording_sessions
where duration_seconds is null and status in ('completed', 'failed', 'cancelled', 'archived');

-- Names and titles stand within lines of others: line breaks, other control characters and what turns the direction of a
-- text become spaces, whoever writes them. The API does the same before.
create function internal.one_line(said text) returns text
language sql immutable parallel safe set search_path = ''
as $$
  select btrim(regexp_replace(said, '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+', ' ', 'g'))
$$;

create function internal.keep_account_in_line() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  new.full_name := nullif(internal.one_line(new.full_name), '');
  new.username := coalesce(nullif(internal.one_line(new.username), ''), 'user');
  return new;
end
$$;
create trigger keep_in_line before insert or update of full_name, username on public.users
  for each row execute function internal.keep_account_in_line();

create function internal.keep_title_in_line() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  new.title := internal.one_line(new.title);
  return new;
end
$$;
create trigger keep_in_line before insert or update of title on public.recording_sessions
  for each row execute function internal.keep_title_in_line();

create function internal.keep_speaker_in_line() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  new.speaker := internal.one_line(new.speaker);
  new.spoken_as := internal.one_line(new.spoken_as);
  return new;
end
$$;
create trigger keep_in_line before insert or update of speaker, spoken_as on public.transcript_segments
  for each row
  when ((new.speaker || new.spoken_as) ~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]')
  execute function internal.keep_speaker_in_line();

update public.users set full_name = full_name
where (username || coalesce(full_name, '')) ~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]';
update public.recording_sessions
set title = case when internal.one_line(title) = '' then 'New Recording Session' else title end
where title ~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]';
update public.transcript_segments set speaker = speaker
where (speaker || spoken_as) ~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]';
delete from public.session_speakers
where spoken_as ~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]' or internal.one_line(speaker) = '';
update public.session_speakers set speaker = internal.one_line(speaker) where speaker <> internal.one_line(speaker);

alter table public.users
  add check (full_name !~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'),
  add check (username !~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]');
alter table public.session_speakers
  add check (speaker !~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]');
alter table public.transcript_segments
  add check (speaker !~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]');

-- A speaker has one name everywhere: as before, and in what segments were and on the files of the recording. A name is no
-- revision: who brings a segment's words back does not bring a name back that nobody has any more.
create or replace function internal.rename_speaker(session uuid, old_speaker text, new_speaker text, spoken text)
returns table (transcription_id uuid, segment_id text)
language plpgsql security definer set search_path = ''
as $$
begin
  return query select * from internal.rename_in_transcripts(session, old_speaker, new_speaker, spoken);
  if not found then
    return;
  end if;
  if spoken is null then
    perform internal.rename_participants(session, old_speaker, new_speaker);
  end if;
  update public.segment_revisions as past
  set speaker = new_speaker
  from public.transcript_segments as said
  where past.session_id = session
    and past.speaker = old_speaker
    and said.id = past.segment
    and (spoken is null or said.spoken_as = spoken);
  update public.audio_files as file
  set participant_name = new_speaker
  where file.session_id = session
    and file.kind = 'participant'
    and file.participant_name = old_speaker
    and (
      spoken is null
      or exists (
        select from public.transcript_segments as said
        where said.session_id = session
          and said.participant_identity = file.participant_identity
          and said.spoken_as = spoken
      )
    );
end
$$;

update public.segment_revisions as past
set speaker = renamed.speaker
from public.session_speakers as renamed
where renamed.session_id = past.session_id and renamed.spoken_as = past.speaker;
update public.audio_files as file
set participant_name = renamed.speaker
from public.session_speakers as renamed
where renamed.session_id = file.session_id and renamed.spoken_as = file.participant_name;

-- Programs could post captions with revisions that only people may have, up to one above which no number is left.
update public.transcript_segments set revision = 900000 where revision > 1000000 and edited_at is null;

revoke all on all functions in schema internal from public;
