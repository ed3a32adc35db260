import { Ctx, Query, Resolver } from 'type-graphql';
import type { ApiContext } from './context.js';
import { Device } from './device.type.js';

@Resolver()
export class DeviceResolver {
  @Query(() => [Device], { description: 'The devices that work on generations.' })
  devices(@Ctx() { scheduler }: ApiContext): Device[] {
    return scheduler.devices().map((snapshot) => new Device(snapshot));
  }
}
