import { GraphQLError } from 'graphql';
import { Arg, Ctx, ID, Query, Resolver, Root, Subscription } from 'type-graphql';
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
    @Arg('deviceId', () => ID, {
      nullable: true,
      description: 'Only the device with this id; all of them if left out.',
    })
    _deviceId: string | null | undefined,
  ): Device {
    return new Device(snapshot);
  }
}

function follow(
  deviceId: string | null | undefined,
  { scheduler, service }: ApiContext,
): AsyncGenerator<DeviceSnapshot> {
  if (deviceId == null) return service.watchDevices();
  const id = idOf('device', deviceId);
  if (id !== null && scheduler.devices().some((device) => device.id === id)) return service.watchDevices(id);
  const message = `There is no device with the id ${deviceId}.`;
  throw new GraphQLError(message, { extensions: { code: 'NOT_FOUND' } });
}
