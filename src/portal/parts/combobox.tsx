import {
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { Field } from "./field.tsx";
import { type ComboOption, matching, movedTo } from "./matching.ts";

type ComboboxProps = {
  label: string;
  value: string;
  /** Undefined: not there yet. */
  options: readonly ComboOption[] | undefined;
  onChange: (value: string) => void;
  /** It is about to be looked into: now is the time to ask for the options. */
  onOpen: () => void;
  hint?: ReactNode;
  error?: string | undefined;
};

/** One of many, found by typing (the ARIA practices' combobox with a list): the focus stays in the field. */
export function Combobox({ label, value, options, onChange, onOpen, hint, error }: ComboboxProps) {
  const listId = useId();
  // Null: closed, and the field shows what is chosen.
  const [typed, setTyped] = useState<string | null>(null);
  const [at, setAt] = useState(-1);
  const isOpen = typed !== null;
  const input = useRef<HTMLInputElement>(null);
  // Before the next key comes.
  useLayoutEffect(() => {
    // What is typed next replaces what is chosen, instead of being added to it.
    if (!isOpen && document.activeElement === input.current) input.current?.select();
  }, [isOpen]);
  const { shown, more } = matching(options ?? [], typed ?? "");
  const close = () => {
    setTyped(null);
    setAt(-1);
  };
  const open = (text = "") => {
    onOpen();
    setTyped(text);
    setAt(-1);
  };
  const choose = (option: ComboOption | undefined) => {
    if (option === undefined) return;
    onChange(option.value);
    close();
  };
  const press = (event: KeyboardEvent) => {
    const next = movedTo(event.key, at, shown.length);
    if (next !== null) {
      event.preventDefault();
      if (isOpen) setAt(next);
      else open();
      return;
    }
    if (!isOpen) return;
    // Neither must reach the form or the dialog around it: they would be sent, or closed.
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") close();
    else choose(shown[at] ?? (shown.length === 1 ? shown[0] : undefined));
  };
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => (
        <div className="combobox">
          <input
            {...control}
            ref={input}
            role="combobox"
            aria-expanded={isOpen}
            aria-controls={listId}
            aria-autocomplete="list"
            aria-activedescendant={at === -1 ? undefined : `${listId}-${at}`}
            autoComplete="off"
            spellCheck={false}
            value={typed ?? options?.find((option) => option.value === value)?.text ?? ""}
            placeholder={isOpen ? "Type to search" : undefined}
            onChange={(event) => open(event.target.value)}
            onClick={() => (isOpen ? undefined : open())}
            onKeyDown={press}
            onFocus={(event) => event.currentTarget.select()}
            onBlur={close}
          />
          <div className="combobox-list" hidden={!isOpen}>
            <Options
              id={listId}
              label={label}
              options={isOpen ? shown : []}
              at={at}
              value={value}
              onChoose={choose}
            />
            <p className="dim small combobox-note" role="status">
              {isOpen ? noteOf(options, shown.length, more) : null}
            </p>
          </div>
        </div>
      )}
    </Field>
  );
}

function noteOf(options: readonly ComboOption[] | undefined, shown: number, more: number): string | null {
  if (options === undefined) return "Loading…";
  if (shown === 0) return "None has this in it";
  return more === 0 ? null : `${more} more: type to find them`;
}

type OptionsProps = {
  id: string;
  label: string;
  options: readonly ComboOption[];
  at: number;
  value: string;
  onChoose: (option: ComboOption) => void;
};

function Options({ id, label, options, at, value, onChoose }: OptionsProps) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (at !== -1) list.current?.children[at]?.scrollIntoView({ block: "nearest" });
  }, [at]);
  return (
    <div ref={list} id={id} role="listbox" aria-label={label} className="combobox-options">
      {options.map((option, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard's focus stays in the field, which takes its keys.
        <div
          key={option.value}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={option.value === value}
          className={index === at ? "combobox-option combobox-at" : "combobox-option"}
          // The field would lose the focus, and close before the click.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onChoose(option)}
        >
          {option.text}
          {option.detail ? <span className="dim small block">{option.detail}</span> : null}
        </div>
      ))}
    </div>
  );
}
