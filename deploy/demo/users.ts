// Who can sign in to the demo?

export interface DemoUser {
  readonly password: string;
  readonly claims: {
    readonly email: string;
    readonly email_verified: boolean;
    readonly preferred_username: string;
    readonly name: string;
    readonly groups: readonly string[];
  };
}

function user(name: string, groups: readonly string[]): DemoUser {
  const email = `${name}@example.org`;
  const fullName = name.charAt(0).toUpperCase() + name.slice(1);
  return {
    password: name,
    claims: { email, email_verified: true, preferred_username: name, name: fullName, groups },
  };
}

export const demoUsers: Readonly<Record<string, DemoUser>> = {
  alice: user('alice', ['staff', 'admins']),
  bob: user('bob', ['staff']),
};
