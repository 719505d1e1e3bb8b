-- Who corrects segments and who renames their speaker wait for each other, and neither is sent away.

create or replace function internal.revise_segments(revised uuid, changes jsonb) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  owned boolean;
  done integer;
begin
  select member.role = 'owner' into owned
  from public.transcriptions as version
  join public.session_members as member on member.session_id = version.session_id and member.user_id = auth.uid()
  where version.id = revised;
  if owned is null then
    return 0;
  end if;
  -- The session before its segments, as whoever renames a speaker or deletes the session has them.
  perform from public.recording_sessions
  where id = (select version.session_id from public.transcriptions as version where version.id = revised)
  for key share;

  with wanted as (
    select * from jsonb_to_recordset(changes) as change (
      segment_id text, revision integer, speaker text, text text, start_time double precision, end_time double precision
    )
  ),
  held as (
    select
      segment.id, segment.session_id, segment.revision, segment.speaker, segment.text, segment.start_time,
      segment.end_time, segment.edited_by, coalesce(segment.edited_at, segment.created_at) as made_at,
      coalesce(wanted.speaker, segment.speaker) as new_speaker,
      coalesce(wanted.text, segment.text) as new_text,
      coalesce(wanted.start_time, segment.start_time) as new_start,
      coalesce(wanted.end_time, segment.end_time) as new_end
    from public.transcript_segments as segment
    join wanted on wanted.segment_id = segment.segment_id
    where segment.transcription_id = revised
      and (wanted.revision is null or wanted.revision = segment.revision)
      and (
        owned
        -- The API names the participants of a room after their accounts.
        or starts_with(segment.participant_identity, 'intrascribe_user_' || auth.uid() || '_')
        and coalesce(wanted.speaker, segment.speaker) = segment.speaker
      )
    for update of segment
  ),
  changed as (
    select * from held
    where (new_speaker, new_text, new_start, new_end) is distinct from (speaker, text, start_time, end_time)
  ),
  remembered as (
    insert into public.segment_revisions (
      segment, revision, session_id, speaker, text, start_time, end_time, made_by, made_at
    )
    select id, revision, session_id, speaker, text, start_time, end_time, edited_by, made_at from changed
  ),
  written as (
    update public.transcript_segments as segment
    set
      revision = greatest(segment.revision, 1000000) + 1,
      speaker = changed.new_speaker,
      text = changed.new_text,
      start_time = changed.new_start,
      end_time = changed.new_end,
      edited_by = auth.uid(),
      edited_at = now()
    from changed
    where segment.id = changed.id
  )
  select count(*) into done from held;
  perform internal.refresh_transcription(revised);
  return done;
end
$$;

revoke all on all functions in schema internal from public;
