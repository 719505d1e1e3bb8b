-- What is read of one session costs the same, however many sessions somebody has: the membership of that session is
-- looked up. As a value and not by `exists` or `in`, for which Postgres may put all of somebody's sessions into a hash.

alter policy transcriptions_read_as_member on public.transcriptions
  using (
    (
      select true from public.session_members as member
      where member.session_id = transcriptions.session_id and member.user_id = (select auth.uid())
    )
  );
alter policy segments_read_as_member on public.transcript_segments
  using (
    (
      select true from public.session_members as member
      where member.session_id = transcript_segments.session_id and member.user_id = (select auth.uid())
    )
  );
alter policy revisions_read_as_member on public.segment_revisions
  using (
    (
      select true from public.session_members as member
      where member.session_id = segment_revisions.session_id and member.user_id = (select auth.uid())
    )
  );
alter policy speakers_read_as_member on public.session_speakers
  using (
    (
      select true from public.session_members as member
      where member.session_id = session_speakers.session_id and member.user_id = (select auth.uid())
    )
  );
alter policy summaries_read_as_member on public.ai_summaries
  using (
    (
      select true from public.session_members as member
      where member.session_id = ai_summaries.session_id and member.user_id = (select auth.uid())
    )
  );
alter policy audio_files_read_as_member on public.audio_files
  using (
    (
      select true from public.session_members as member
      where member.session_id = audio_files.session_id and member.user_id = (select auth.uid())
    )
  );
