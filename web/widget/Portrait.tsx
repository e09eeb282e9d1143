/** Who speaks for the company: the picture that they chose, or their initials, drawn by the server. */
export function Portrait({ server, id }: { server: string; id: string }) {
  return <img src={`${server}/api/v1/agents/${encodeURIComponent(id)}/picture`} alt="" />;
}
