import { Button, Radio, Stack, Textarea, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";

import { useSignedIn } from "@/api/session";
import { IconButton } from "@/ui/IconButton";
import { ZoneSelect } from "@/ui/ZoneSelect";

import { momentsOf } from "@/features/content/wallTime";
import classes from "./Fields.module.css";
import type { KindProps } from "./KindFields";
import type { Contact } from "./kinds";
import { t } from "./strings";

export function PressFields({ fields, readOnly, errors, onChange }: KindProps<"press_release">) {
  return (
    <>
      <TextInput
        label={t("dateline")}
        description={t("datelineHint")}
        value={fields.dateline}
        readOnly={readOnly}
        error={errors["fields.dateline"]}
        onChange={(event) => onChange({ dateline: event.currentTarget.value })}
      />
      <Embargo fields={fields} readOnly={readOnly} errors={errors} onChange={onChange} />
      <Contacts fields={fields} readOnly={readOnly} errors={errors} onChange={onChange} />
      <Textarea
        label={t("boilerplate")}
        description={t("boilerplateHint")}
        autosize
        minRows={2}
        maxRows={8}
        value={fields.boilerplate}
        readOnly={readOnly}
        error={errors["fields.boilerplate"]}
        onChange={(event) => onChange({ boilerplate: event.currentTarget.value })}
      />
    </>
  );
}

function Embargo({ fields, readOnly, errors, onChange }: KindProps<"press_release">) {
  const { zone: home } = useSignedIn().organisation;
  const zone = fields.embargo_zone ?? home;
  const isTwice = fields.embargo_until !== null && momentsOf(fields.embargo_until, zone).length > 1;
  return (
    <Stack gap="xs">
      <TextInput
        label={t("embargo")}
        description={t("embargoHint")}
        type="datetime-local"
        value={fields.embargo_until?.slice(0, 16) ?? ""}
        readOnly={readOnly}
        error={errors["fields.embargo_until"]}
        onChange={(event) => {
          const wall = event.currentTarget.value || null;
          onChange({ embargo_until: wall, embargo_zone: wall ? zone : null, embargo_fold: null });
        }}
      />
      {fields.embargo_until && (
        <ZoneSelect
          label={t("embargoZone")}
          value={zone}
          disabled={readOnly}
          error={errors["fields.embargo_zone"]}
          onChange={(value) => value && onChange({ embargo_zone: value, embargo_fold: null })}
        />
      )}
      {isTwice && (
        <Radio.Group
          label={t("embargoFold")}
          value={fields.embargo_fold == null ? null : String(fields.embargo_fold)}
          onChange={(value) => onChange({ embargo_fold: value === "1" ? 1 : 0 })}
        >
          <Stack gap={4} mt={4}>
            <Radio value="0" label={t("first")} />
            <Radio value="1" label={t("second")} />
          </Stack>
        </Radio.Group>
      )}
    </Stack>
  );
}

function Contacts({ fields, readOnly, errors, onChange }: KindProps<"press_release">) {
  const { contacts } = fields;
  const set = (index: number, change: Partial<Contact>) =>
    onChange({ contacts: contacts.map((one, at) => (at === index ? { ...one, ...change } : one)) });
  return (
    <fieldset className={classes.group}>
      <legend className={classes.legend}>{t("contacts")}</legend>
      <ul className={classes.items}>
        {contacts.map((contact, index) => (
          <li key={index} className={classes.item}>
            <Stack gap="xs">
              <div className={classes.itemHead}>
                <span className={classes.fileName}>{contact.name || t("thisContact")}</span>
                {!readOnly && (
                  <IconButton
                    size={28}
                    label={t("removeContact", { name: contact.name || t("thisContact") })}
                    icon={IconX}
                    onClick={() => onChange({ contacts: contacts.filter((_, at) => at !== index) })}
                  />
                )}
              </div>
              {(["name", "email", "phone"] as const).map((part) => (
                <TextInput
                  key={part}
                  label={t(part === "name" ? "contactName" : part === "email" ? "contactEmail" : "contactPhone")}
                  type={part === "name" ? "text" : part === "email" ? "email" : "tel"}
                  value={contact[part]}
                  readOnly={readOnly}
                  error={errors[`fields.contacts[${index}].${part}`]}
                  onChange={(event) => set(index, { [part]: event.currentTarget.value })}
                />
              ))}
            </Stack>
          </li>
        ))}
      </ul>
      {!readOnly && (
        <Button
          size="compact-sm"
          variant="outline"
          color="ink"
          leftSection={<IconPlus size={14} />}
          onClick={() => onChange({ contacts: [...contacts, { name: "", email: "", phone: "" }] })}
        >
          {t("addContact")}
        </Button>
      )}
    </fieldset>
  );
}
