// SG-3: at a TCP or UDP listener the client's address arrives at the server, so `LoadBalancers` as a source admits nobody.
import type { ZoneInput } from '../plan.ts';
import type { ZoneRule } from '../rule.ts';

export const layer4NeedsClients: ZoneRule = {
  id: 'SG-3',
  judge: (input: ZoneInput) => {
    const modules = (input.refs.environment?.spec.modules ?? []).filter(
      (module) => module.securityZoneRef.name === input.object.metadata.name,
    );
    return modules.flatMap((module) =>
      (module.loadBalancer?.listeners ?? [])
        .filter(
          (listener) => listener.protocol !== 'HTTP' && !admitsClients(input, listener.protocol, listener.backendPort),
        )
        .map((listener) => ({
          rule: 'SG-3',
          severity: 'Warning',
          message: `${listener.protocol} listener ${listener.port} of module ${module.name} passes the client's own address: add an inbound rule of ${input.object.metadata.name} with from type CIDR, SecurityZone or BastionPool for its clients on port ${listener.backendPort}`,
          evidence: `module ${module.name}, ${listener.protocol}/${listener.port}`,
        })),
    );
  },
};

function admitsClients(input: ZoneInput, protocol: string, port: number): boolean {
  return input.object.spec.inbound.some(
    (rule) =>
      rule.from.type !== 'LoadBalancers' &&
      [protocol, 'All'].includes(rule.protocol) &&
      (rule.ports ?? ['1-65535']).some((range) => covers(range, port)),
  );
}

function covers(range: string, port: number): boolean {
  const [from = 0, to = from] = range.split('-').map(Number);
  return port >= from && port <= to;
}
