// Captions while they are spoken: scrolled to the newest, unless the reader is reading further up.

import { type UIEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { Segment } from "../api";
import { withWords } from "../captions";
import type { Followed } from "../hooks";
import { text } from "../text";
import { CaptionList } from "./caption-list";
import { ConnectionState } from "./connection-state";
import { ArrowDown } from "./icons";
import { Loading, ProblemNotice } from "./notice";

const NEAR_END_PIXELS = 60;

export function LiveCaptions({ followed, listening }: { followed: Followed; listening: boolean }) {
  const { captions, connection, problem, restart } = followed;
  const segments = useMemo(() => withWords(captions.segments), [captions.segments]);
  return (
    <section className="live card" aria-labelledby="captions-heading">
      <header className="live-head">
        <h2 id="captions-heading">{text.meeting.captions}</h2>
        <span
          className="agent"
          role="status"
          data-testid="agent"
          data-state={listening ? "listening" : "absent"}
        >
          <span className={listening ? "lamp lamp-on" : "lamp"} aria-hidden="true" />
          {listening ? text.meeting.captionsOn : text.meeting.captionsWaiting}
        </span>
        <ConnectionState connection={connection} quiet />
      </header>
      {problem && <ProblemNotice problem={problem} retry={restart} />}
      {!captions.loaded && !problem && <Loading />}
      {captions.loaded && segments.length === 0 && <p className="empty">{text.meeting.noWordsYet}</p>}
      <Scroller segments={segments} />
      <Announcer segments={segments} loaded={captions.loaded} />
    </section>
  );
}

function Scroller({ segments }: { segments: readonly Segment[] }) {
  const box = useRef<HTMLElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const [following, setFollowing] = useState(true);
  useLayoutEffect(() => {
    if (!following || !box.current || !content.current) return;
    const view = box.current;
    // Whatever grows or shrinks, the words or the room for them, the end stays in sight.
    const sizes = new ResizeObserver(() => {
      view.scrollTop = view.scrollHeight;
    });
    sizes.observe(view);
    sizes.observe(content.current);
    return () => sizes.disconnect();
  }, [following]);
  const scrolled = ({ currentTarget: view }: UIEvent) => {
    setFollowing(view.scrollHeight - view.scrollTop - view.clientHeight < NEAR_END_PIXELS);
  };
  return (
    <div className="scroller">
      <section
        className="scrolled"
        ref={box}
        onScroll={scrolled}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label={text.meeting.words}
      >
        <div ref={content}>
          <CaptionList segments={segments} />
        </div>
      </section>
      {!following && (
        <button type="button" className="button latest" onClick={() => setFollowing(true)}>
          <ArrowDown />
          {text.meeting.latest}
        </button>
      )}
    </div>
  );
}

const ANNOUNCED = 5;

/** Reads finals to screen readers, once each: partials would be read over and over while they grow. */
function Announcer({ segments, loaded }: { segments: readonly Segment[]; loaded: boolean }) {
  const known = useRef<Set<string> | null>(null);
  const [lines, setLines] = useState<readonly Segment[]>([]);
  useEffect(() => {
    if (!loaded) return;
    const ready = segments.filter((each) => each.is_final);
    if (known.current === null) {
      known.current = new Set(ready.map((each) => each.segment_id));
      return;
    }
    const fresh = ready.filter((each) => !known.current?.has(each.segment_id));
    if (fresh.length === 0) return;
    for (const { segment_id } of fresh) known.current.add(segment_id);
    setLines((before) => [...before, ...fresh].slice(-ANNOUNCED));
  }, [segments, loaded]);
  return (
    <div className="only-read-aloud" role="log" aria-live="polite">
      {lines.map((line) => (
        <p key={line.segment_id}>{`${line.speaker}: ${line.text}`}</p>
      ))}
    </div>
  );
}
