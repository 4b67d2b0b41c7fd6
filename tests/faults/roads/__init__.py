"""Workers killed between WhatsApp, e-mail and SMS."""
