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
