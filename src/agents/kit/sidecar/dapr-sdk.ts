/** The one module that imports Dapr's SDK. It is loaded late: the SDK takes longer to load than an agent to start. */
export { DaprClient, LogLevel, StateConcurrencyEnum } from "@dapr/dapr";
