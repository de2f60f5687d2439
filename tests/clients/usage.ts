// A program of an integrator's, written against what both generators make. It only has to compile, strictly: names, shapes and lists are as
// one would write them without having read our code.
import type { components, operations } from "./types";
import { approveBroadcast, createBroadcast, listDeliveries, readImport, uploadImport } from "./sdk/sdk.gen";
import type { BroadcastIn, BroadcastOut, Problem, ProblemCode, ReadyTextCode, UnitLevel } from "./sdk/types.gen";

type Shapes = components["schemas"];
type Approval = operations["approve_broadcast"]["requestBody"]["content"]["application/json"];

const draft: BroadcastIn = {
  unit: "nbk-thcs",
  kind: "scam_alert",
  urgency: "urgent",
  template: "T02" satisfies ReadyTextCode,
  channels: ["sms"],
  expires_at: "2026-12-31T17:00:00+07:00",
};
const level: UnitLevel = "school";
// @ts-expect-error a level that is none: the compiler is asked in earnest
const none: UnitLevel = "village";
const known: ProblemCode = "approval.by_author";

export async function warn(): Promise<BroadcastOut | Problem> {
  const made = await createBroadcast({ body: draft });
  if (made.data === undefined) return made.error;
  const digest: string = made.data.digest ?? "";
  const approval: Approval = { digest };
  const approved = await approveBroadcast({ path: { broadcast_id: made.data.id }, body: approval });
  if (approved.data === undefined) return approved.error.code === known ? approved.error : Promise.reject(approved.error.errors[0]?.field);
  const words: string = approved.data.texts.sms ?? approved.data.texts.email?.subject ?? "";
  const classes: string[] = approved.data.audience.classes;
  const deliveries = await listDeliveries({ path: { broadcast_id: approved.data.id }, query: { limit: 10 } });
  console.log(words, classes, level, none, deliveries.data?.items.map((each) => each.state satisfies Shapes["DeliveryOut"]["state"]));
  return approved.data;
}

export async function take(list: Blob): Promise<number> {
  const started = await uploadImport({ body: { file: list, unit: "nbk-thcs" } });
  const report = await readImport({ path: { import_id: started.data?.id ?? "" } });
  return report.data?.counts?.to_fix ?? 0;
}

export function told(data: string): number {
  const event = JSON.parse(data) as Shapes["ProgressEvent"];
  return event.progress.delivered;
}
