import { agent, defineConfig, pubsub, redis, stateStore } from "agents-apphost";

const cache = redis();

export default defineConfig({
  name: "hello",
  resources: { redis: cache },
  components: { "agents-pubsub": pubsub(cache), "agents-statestore": stateStore(cache) },
  agents: {
    greeter: agent({ entry: "src/greeter/main.ts", subscribes: ["agents.greeter.greeting.requested"] }),
  },
});
