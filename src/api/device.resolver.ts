import { GraphQLError } from 'graphql';
import { Arg, Ctx, ID, Query, Resolver, Root, Subscription } from 'type-graphql';
import { changes } from '../events/changes.js';
import type { DeviceSnapshot } from '../scheduler/ports.js';
import type { ApiContext } from './context.js';
import { Device } from './device.type.js';
import { idOf } from './global-id.js';

@Resolver()
export class DeviceResolver {
  @Query(() => [Device], { description: 'The devices that work on generations.' })
  devices(@Ctx() { scheduler }: ApiContext): Device[] {
    return scheduler.devices().map((snapshot) => new Device(snapshot));
  }

  @Subscription(() => Device, {
    description: 'Each device as it is now, then whichever has changed, each at most twice a second.',
    subscribe: ({ args, context }) => follow((args as { deviceId?: string | null }).deviceId, context as ApiContext),
  })
  deviceChanged(
    @Root() snapshot: DeviceSnapshot,
    @Arg('deviceId', () => ID, { nullable: true, description: 'Only this one; all of them if left out.' })
    _deviceId: string | null | undefined,
  ): Device {
    return new Device(snapshot);
  }
}

function follow(deviceId: string | null | undefined, { scheduler }: ApiContext): AsyncGenerator<DeviceSnapshot> {
  const wanted = deviceId == null ? null : idOf('device', deviceId);
  const snapshots = () => scheduler.devices().filter(({ id }) => deviceId == null || id === wanted);
  if (deviceId != null && snapshots().length === 0) {
    const message = `There is no device with the id ${deviceId}.`;
    throw new GraphQLError(message, { extensions: { code: 'NOT_FOUND' } });
  }
  return changes({
    read: () => snapshots().map((snapshot) => [snapshot.id, snapshot]),
    onChange: (listener) => scheduler.onChange(listener),
    facts: ({ observedAt: _, ...facts }) => facts,
  });
}
