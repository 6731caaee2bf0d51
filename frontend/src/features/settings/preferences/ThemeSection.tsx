/** Light, dark, or as the system says. */
import type { ReactNode } from "react";

import { Section } from "@/components/settings/Section";
import { classNames, MonitorIcon, MoonIcon, SunIcon } from "@/ui";

export type ThemeChoice = "system" | "light" | "dark";

type ThemeSectionProps = { theme: ThemeChoice; onThemeChange: (theme: ThemeChoice) => void };

const choices: readonly { value: ThemeChoice; label: string; icon: ReactNode }[] = [
  { value: "system", label: "As the system", icon: <MonitorIcon /> },
  { value: "light", label: "Light", icon: <SunIcon /> },
  { value: "dark", label: "Dark", icon: <MoonIcon /> },
];

export const ThemeSection = ({ theme, onThemeChange }: ThemeSectionProps) => (
  <Section title="Appearance">
    <fieldset className="grid gap-2 sm:grid-cols-3">
      <legend className="sr-only">Theme</legend>
      {choices.map(({ value, label, icon }) => (
        <label
          key={value}
          className={classNames(
            "flex min-h-12 cursor-pointer items-center gap-3 rounded-2xl border px-4 transition-colors",
            "has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent",
            theme === value
              ? "border-accent bg-accent-soft font-medium"
              : "border-line hover:bg-hover",
          )}
        >
          <input
            type="radio"
            name="theme"
            value={value}
            checked={theme === value}
            onChange={() => onThemeChange(value)}
            className="sr-only"
          />
          {icon}
          {label}
        </label>
      ))}
    </fieldset>
  </Section>
);
