// Asks an independent IAM simulator. Standard input: a JSON list of questions; output: answers.
import { runSimulation } from "@cloud-copilot/iam-simulate";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const answers = [];
for (const question of JSON.parse(Buffer.concat(chunks).toString())) {
  const result = await runSimulation(
    {
      identityPolicies: [{ name: "identity", policy: question.identity }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy: question.resourcePolicy ?? undefined,
      request: {
        action: question.action,
        principal: question.principal,
        resource: { accountId: question.account, resource: question.resource },
        contextVariables: question.context,
      },
    },
    {},
  );
  answers.push(
    result.resultType === "error"
      ? `error: ${JSON.stringify(result.errors)}`
      : (result.overallResult ?? result.analysis?.result),
  );
}
process.stdout.write(JSON.stringify(answers));
