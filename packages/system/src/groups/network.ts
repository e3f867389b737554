import type { Attributes, BatchObservableResult } from '@opentelemetry/api';
import type { Group, GroupContext } from '../group.ts';
import { InstrumentSet } from '../instrument-set.ts';
import { createNameFilter, namesLike } from '../name-filter.ts';
import { perName } from '../per-name.ts';
import { parseNetDev, type Traffic } from '../proc/net-dev.ts';
import { netDevPath } from '../reading/net-dev-path.ts';
import { fileSource } from '../reading/source.ts';

/** The loopback, bridges, those of containers and of the networks that connect them, and what the kernel has by default. */
const HIDDEN = [
  ...[
    'lo',
    'lo0',
    'veth*',
    'docker*',
    'br-*',
    'virbr*',
    'podman*',
    'cni*',
    'cali*',
    'cilium*',
    'lxc*',
    'lxd*',
  ],
  ...['flannel*', 'weave*', 'vxlan*', 'kube-*', 'nodelocaldns', 'ifb*', 'dummy*', 'tunl*', 'sit*', 'gre*'],
  ...['gretap*', 'erspan*', 'ip_vti*', 'ip6_vti*', 'ip6tnl*', 'ip6gre*', 'teql*'],
];

/** `system.network.*`. */
export function createNetwork({ meter, settings, files }: GroupContext): Group {
  const isShown = createNameFilter({
    include: settings.networkInclude,
    exclude: settings.networkExclude,
    isHidden: namesLike(HIDDEN),
  });
  const path = netDevPath(files, settings.procDirectory);
  const source = fileSource(files, path, (text) => parseNetDev(text, isShown));
  const set = new InstrumentSet(meter);
  const io = set.counter('system.network.io', 'By', 'Bytes received and transmitted');
  const packets = set.counter('system.network.packet.count', '{packet}', 'Packets received and transmitted');
  const dropped = set.counter(
    'system.network.packet.dropped',
    '{packet}',
    'Packets dropped without an error',
  );
  const errors = set.counter('system.network.errors', '{error}', 'Errors of the network');
  const attributesOf = perName((name) => {
    const direction = (word: string): Attributes => ({
      'network.interface.name': name,
      'network.io.direction': word,
    });
    return { receive: direction('receive'), transmit: direction('transmit') };
  });
  const tell = (result: BatchObservableResult, traffic: Traffic, attributes: Attributes): void => {
    result.observe(io, traffic.bytes, attributes);
    result.observe(packets, traffic.packets, attributes);
    result.observe(dropped, traffic.dropped, attributes);
    result.observe(errors, traffic.errors, attributes);
  };
  source.read();
  return {
    observables: set.all,
    observe(result) {
      for (const { name, receive, transmit } of source.read()) {
        const attributes = attributesOf(name);
        tell(result, receive, attributes.receive);
        tell(result, transmit, attributes.transmit);
      }
    },
  };
}
