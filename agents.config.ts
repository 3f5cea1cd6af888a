import { agent, defineConfig, ollama, pubsub, redis, sqlServer, stateStore } from "agents-apphost";

const cache = redis();
const db = sqlServer({ databases: ["agentsdb"] });
const llm = ollama({ models: ["llama3.2:3b"] });

export default defineConfig({
  name: "my-agents",
  resources: { redis: cache, sqlserver: db, ollama: llm },
  components: {
    "agents-pubsub": pubsub(cache),
    "agents-statestore": stateStore(cache),
  },
  agents: {
    notification: agent({
      entry: "src/agents/notification/main.ts",
      port: 7268,
      sidecarPort: 51268,
      uses: [db, llm],
      subscribes: [
        "agents.bimclassification.suggestion.generated",
        "agents.implementation.code.generated",
        "agents.notification.send.requested",
        "agents.servicedesk.ticket.escalated",
      ],
    }),
    testplanning: agent({
      entry: "src/agents/testplanning/main.ts",
      port: 7010,
      sidecarPort: 51274,
      uses: [db, llm],
      subscribes: ["agents.implementation.code.generated"],
    }),
    implementation: agent({
      entry: "src/agents/implementation/main.ts",
      port: 5253,
      sidecarPort: 51277,
      uses: [llm],
      subscribes: ["agents.testplanning.spec.generated"],
    }),
    servicedesk: agent({
      entry: "src/agents/servicedesk/main.ts",
      port: 7145,
      sidecarPort: 51280,
      uses: [db, llm],
      subscribes: ["agents.notification.delivery.failed"],
    }),
    devops: agent({
      entry: "src/agents/devops/main.ts",
      port: 7108,
      sidecarPort: 51271,
      uses: [db, llm],
      subscribes: [
        "agents.implementation.review.completed",
        "agents.servicedesk.ticket.escalated",
        "agents.testplanning.coverage.analyzed",
      ],
    }),
    bimclassification: agent({
      entry: "src/agents/bimclassification/main.ts",
      port: 7220,
      sidecarPort: 51283,
      uses: [db, llm],
    }),
  },
});
