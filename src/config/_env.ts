// `${NAME}` in a string stands for an environment variable; `$${` stands for `${` itself.

export type Env = (name: string) => string | undefined;

export interface Expanded {
  readonly text: string;
  /** Sentences, one for each variable that cannot be replaced. They name variables, never values. */
  readonly problems: readonly string[];
}

/** Replaces every `${NAME}` once; what a variable holds is not looked into again. */
export function expand(text: string, env: Env): Expanded {
  const problems: string[] = [];
  const expanded = text.replace(
    /\$\$\{|\$\{([^}]*)(\}?)/g,
    (whole, name: string | undefined, end: string) => {
      if (name === undefined) return "${";
      if (end === "" || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
        problems.push(
          "an environment variable is written ${NAME} (letters, digits and _); a plain ${ is written $${",
        );
        return whole;
      }
      const value = env(name);
      if (value === undefined) problems.push(`the environment variable ${name} is not set`);
      return value ?? whole;
    },
  );
  return { text: expanded, problems };
}
