import { useState } from "react";
import { useAllEndpoints } from "../api/endpoints.ts";
import { Combobox } from "./combobox.tsx";
import type { ComboOption } from "./matching.ts";

type PickerProps = {
  /** Empty: none of them. */
  value: string;
  /** What none of them means here. */
  none: string;
  onChange: (id: string, url: string | null) => void;
};

/** One of the application's endpoints, however many it has: they are asked for when somebody looks. */
export function EndpointPicker({ value, none, onChange }: PickerProps) {
  const [wanted, setWanted] = useState(false);
  const endpoints = useAllEndpoints(wanted || value !== "");
  const first: ComboOption = { value: "", text: none };
  const all = endpoints.data?.map(({ id, url, description }) => ({
    value: id,
    text: url,
    detail: description === "" ? id : description,
  }));
  return (
    <Combobox
      label="Endpoint"
      value={value}
      options={wanted || value !== "" ? all && [first, ...all] : [first]}
      onOpen={() => setWanted(true)}
      onChange={(id) => onChange(id, all?.find((option) => option.value === id)?.text ?? null)}
      error={endpoints.isError ? "The endpoints cannot be listed just now." : undefined}
    />
  );
}
