// What minutes say, each line with the way to where it was said.

import type { ReactNode } from "react";
import type { Evidence } from "../evidence";
import type { ActionItem, Chapter, Line, Minutes } from "../minutes";
import { noted, type Run, type Shown, shown } from "../minutes-text";
import { text } from "../text";
import { clock } from "../transcript";

type Lead = (evidence: Evidence) => void;

interface BodyProps {
  minutes: Minutes;
  /** Stands with what is to be confirmed. */
  notice: string | null;
  lead: Lead;
}

export function MinutesBody({ minutes, notice, lead }: BodyProps) {
  const { left_out } = minutes;
  return (
    <div className="card minutes-body">
      {minutes.title && <h3 className="minutes-title">{minutes.title}</h3>}
      <Part name="highlights" lines={minutes.highlights} lead={lead} />
      <Part name="key_points" lines={minutes.key_points} lead={lead} />
      <Part
        name="decisions"
        lines={minutes.decisions}
        lead={lead}
        notice={notice}
        more={left_out.decisions}
      />
      <Part
        name="action_items"
        lines={minutes.action_items}
        lead={lead}
        note={noted}
        notice={notice}
        more={left_out.action_items}
      />
      <Part name="open_questions" lines={minutes.open_questions} lead={lead} more={left_out.open_questions} />
      <Chapters chapters={minutes.chapters} lead={lead} />
      {minutes.dropped_items > 0 && (
        <p className="hint" data-testid="minutes-dropped">
          {text.minutes.dropped(minutes.dropped_items)}
        </p>
      )}
    </div>
  );
}

interface PartProps<L extends Line> {
  name: keyof typeof text.minutes.sections;
  lines: L[];
  lead: Lead;
  note?: (line: L) => string;
  notice?: string | null;
  /** How many are not told. */
  more?: number;
}

function Part<L extends Line | ActionItem>({
  name,
  lines,
  lead,
  note,
  notice = null,
  more = 0,
}: PartProps<L>) {
  return (
    <Titled name={name} count={lines.length} notice={notice} more={more}>
      {lines.map((line) => (
        <li key={`${line.segment_ids.join(" ")} ${line.text}`} className="minutes-line">
          <span>
            {line.speaker && <b>{line.speaker}: </b>}
            {line.text}
            {note && <span className="hint">{note(line)}</span>}
          </span>
          {line.evidence === "gone" ? (
            <span className="hint">{text.minutes.gone}</span>
          ) : (
            <Where evidence={line} changed={line.evidence === "changed"} lead={lead} />
          )}
        </li>
      ))}
    </Titled>
  );
}

function Chapters({ chapters, lead }: { chapters: Chapter[]; lead: Lead }) {
  return (
    <Titled name="chapters" count={chapters.length}>
      {chapters.map((chapter) => (
        <li key={chapter.start_time} className="minutes-line">
          <span>{chapter.title}</span>
          <Where evidence={chapter} changed={false} lead={lead} />
        </li>
      ))}
    </Titled>
  );
}

interface TitledProps {
  name: PartProps<Line>["name"];
  count: number;
  notice?: string | null;
  more?: number;
  children: ReactNode;
}

function Titled({ name, count, notice = null, more = 0, children }: TitledProps) {
  if (count === 0) return null;
  return (
    <section data-testid={`minutes-${name}`}>
      <h3>{text.minutes.sections[name]}</h3>
      {notice && (
        <p className="hint" data-testid="minutes-notice">
          {notice}
        </p>
      )}
      <ul>{children}</ul>
      {more > 0 && <p className="hint">{text.minutes.more(more)}</p>}
    </section>
  );
}

function Where({ evidence, changed, lead }: { evidence: Evidence; changed: boolean; lead: Lead }) {
  const time = clock(evidence.start_time);
  return (
    <span className="where">
      {changed && <span className="hint">{text.minutes.changed}</span>}
      <button
        type="button"
        className="time time-play"
        aria-label={text.minutes.where(time)}
        title={text.minutes.where(time)}
        data-testid="evidence"
        onClick={() => lead({ segment_ids: evidence.segment_ids, start_time: evidence.start_time })}
      >
        {time}
      </button>
    </span>
  );
}

/** A filled template, or what was written elsewhere. */
export function TemplateText({ filled }: { filled: string }) {
  return (
    <div className="card minutes-body" data-testid="minutes-text">
      {shown(filled).map((part) => (
        <TextPart key={part.at} part={part} />
      ))}
    </div>
  );
}

function TextPart({ part }: { part: Shown }) {
  switch (part.kind) {
    case "heading":
      return <h3>{runs(part.words)}</h3>;
    case "text":
      return <p>{runs(part.words)}</p>;
    case "list":
      return (
        <ul className="minutes-list">
          {part.items.map((item) => (
            <li key={item.at}>{runs(item.words)}</li>
          ))}
        </ul>
      );
  }
}

function runs(words: Run[]): ReactNode {
  return words.map((run) =>
    run.strong ? <strong key={run.at}>{run.words}</strong> : <span key={run.at}>{run.words}</span>,
  );
}
