import { agent, defineConfig, ollama, pubsub, redis, stateStore } from "agents-apphost";

const cache = redis();
const llm = ollama({ models: ["llama3.2:3b"] });

export default defineConfig({
  name: "hello",
  resources: { redis: cache, ollama: llm },
  components: { "agents-pubsub": pubsub(cache), "agents-statestore": stateStore(cache) },
  agents: {
    greeter: agent({
      entry: "src/greeter/main.ts",
      uses: [llm],
      subscribes: ["agents.greeter.greeting.requested"],
    }),
  },
});
